"""An audit event as the XML of the Standard (PS3.15 A.5.1), and as the syslog message around it (A.6, RFC 5424)."""

import base64
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from domain.audit import AuditedPatient, AuditedStudy, AuditEvent, Participant, Resource

#: Facility 10 (security), severity 5 (notice): RFC 5424 6.2.1, and IHE ITI TF-2 3.20.
_PRIORITY: Final = 10 * 8 + 5
#: PS3.15 A.6.1.
_MESSAGE_ID: Final = "DICOM+RFC3881"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
#: A.5.1.2.1: an application server process.
_SOURCE_TYPE: Final = "4"
#: Type and role of what an event is about (A.5.2): a system object that is a report; a person who is a patient.
_STUDY, _PATIENT = ("2", "3"), ("1", "1")
_RESOURCE: Final = {"SOP_CLASS_UID": ("2", "3"), "NODE_ID": ("2", "13"), "URI": ("2", "13")}


@dataclass(frozen=True, slots=True)
class AuditSource:
    """Who reports: AuditSourceID and AuditEnterpriseSiteID of A.5.2, and the machine and the process of RFC 5424."""

    source_id: str
    enterprise_site_id: str = ""
    host: str = "-"
    process_id: int = 0


def write_message(event: AuditEvent, source: AuditSource) -> bytes:
    """Return an event as XML in UTF-8. The event has a time.

    Raises:
        ValueError: it has none.
    """
    if event.occurred_at is None:
        raise ValueError("an audit message has a time (PS3.15 A.5.2.5)")
    message = Element("AuditMessage")
    _add_event(message, event, event.occurred_at)
    for participant in event.participants:
        _add_participant(message, participant)
    site = {"AuditEnterpriseSiteID": source.enterprise_site_id} if source.enterprise_site_id else {}
    reporting = SubElement(message, "AuditSourceIdentification", site | {"AuditSourceID": source.source_id})
    SubElement(reporting, "AuditSourceTypeCode", {"csd-code": _SOURCE_TYPE})
    for study in event.studies:
        _add_study(message, study)
    if event.patient is not None:
        _add_patient(message, event.patient)
    for resource in event.resources:
        _add_resource(message, resource)
    written: bytes = ElementTree.tostring(message, encoding="UTF-8", xml_declaration=True)
    return written


def write_syslog(message: bytes, source: AuditSource, at: datetime) -> bytes:
    """Return a message with its syslog header (RFC 5424 6), without a frame."""
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    header = f"<{_PRIORITY}>1 {moment} {source.host or '-'} osteonode {source.process_id or '-'} {_MESSAGE_ID} - "
    return header.encode("ascii", "replace") + _BYTE_ORDER_MARK + message


def _add_event(message: Element, event: AuditEvent, occurred_at: datetime) -> None:
    attributes = {
        "EventActionCode": event.action.value,
        "EventDateTime": occurred_at.astimezone(UTC).isoformat(),
        "EventOutcomeIndicator": str(int(event.outcome)),
    }
    about = SubElement(message, "EventIdentification", attributes)
    _add_code(about, "EventID", event.event_id)
    for each in event.types:
        _add_code(about, "EventTypeCode", each)
    if event.explanation:
        SubElement(about, "EventOutcomeDescription").text = _printable(event.explanation)


def _add_participant(message: Element, participant: Participant) -> None:
    attributes = {"UserID": _printable(participant.user_id)}
    if participant.ae_titles:
        attributes["AlternativeUserID"] = f"AETITLES={';'.join(map(_printable, participant.ae_titles))}"
    if participant.name:
        attributes["UserName"] = _printable(participant.name)
    attributes["UserIsRequestor"] = "true" if participant.is_requestor else "false"
    if participant.address:
        attributes["NetworkAccessPointID"] = _printable(participant.address)
        attributes["NetworkAccessPointTypeCode"] = "2" if _is_ip_address(participant.address) else "1"
    active = SubElement(message, "ActiveParticipant", attributes)
    if participant.role is not None:
        _add_code(active, "RoleIDCode", participant.role)
        if participant.role.name.endswith("_MEDIA"):
            kind = SubElement(SubElement(active, "MediaIdentifier"), "MediaType")
            kind.attrib.update({"csd-code": "110037", "codeSystemName": "DCM", "originalText": "URI"})


def _add_study(message: Element, study: AuditedStudy) -> None:
    code = ("110180", "DCM", "Study Instance UID")
    found = _add_object(message, study.study_instance_uid, _STUDY, code, study.study_instance_uid)
    if not study.accession_number and not study.sop_classes:
        return
    description = SubElement(found, "ParticipantObjectDescription")
    if study.accession_number:
        SubElement(description, "Accession", {"Number": _printable(study.accession_number)})
    for uid, number in sorted(study.sop_classes.items()):
        SubElement(description, "SOPClass", {"UID": uid, "NumberOfInstances": str(number)})


def _add_patient(message: Element, patient: AuditedPatient) -> None:
    code = ("2", "RFC-3881", "Patient Number")
    _add_object(message, patient.patient_id, _PATIENT, code, patient.patient_name)


def _add_resource(message: Element, resource: Resource) -> None:
    value, meaning, scheme = resource.kind.value
    kind = _RESOURCE[resource.kind.name]
    found = _add_object(message, resource.identifier, kind, (value, scheme, meaning), resource.name, resource.query)
    for name, detail in resource.details.items():
        SubElement(found, "ParticipantObjectDetail", {"type": name, "value": _encode(detail)})


def _add_object(
    message: Element,
    identifier: str,
    kind: tuple[str, str],
    code: tuple[str, str, str],
    name: str,
    query: str = "",
) -> Element:
    attributes = {"ParticipantObjectID": _printable(identifier)}
    attributes |= {"ParticipantObjectTypeCode": kind[0], "ParticipantObjectTypeCodeRole": kind[1]}
    found = SubElement(message, "ParticipantObjectIdentification", attributes)
    value, scheme, meaning = code
    words = {"csd-code": value, "codeSystemName": scheme, "originalText": meaning}
    SubElement(found, "ParticipantObjectIDTypeCode", words)
    if query:
        SubElement(found, "ParticipantObjectQuery").text = _encode(query)
    else:
        SubElement(found, "ParticipantObjectName").text = _printable(name)
    return found


def _add_code(parent: Element, name: str, code: Enum) -> None:
    value, meaning = code.value
    SubElement(parent, name, {"csd-code": value, "codeSystemName": "DCM", "originalText": meaning})


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _is_ip_address(address: str) -> bool:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return False
    return True


def _printable(text: str) -> str:
    """Leave out what XML 1.0 cannot hold, which whoever calls an association may have sent."""
    return "".join(each if each.isprintable() else "?" for each in text)
