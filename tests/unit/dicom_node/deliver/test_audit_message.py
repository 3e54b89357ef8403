"""Messages of every kind by the schema of the Standard (PS3.15 A.5.1.1)."""

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from dicom_node.deliver.audit_message import AuditSource, write_message, write_syslog
from domain.audit import Action, AuditedPatient, AuditedStudy, AuditEvent, EventType, Participant, Role
from domain.audit_templates import (
    access_denied,
    application_activity,
    audit_log_used,
    baseline_changed,
    data_export,
    data_import,
    instances_accessed,
    instances_transferred,
    name_node,
    query,
    security_alert,
    study_deleted,
    user_authentication,
    user_changed,
)

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parents[3] / "schemas" / "audit_message.rng"))
AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SOURCE = AuditSource("OSTEONODE", "Radiology", "node1", 42)
NODE = name_node("OSTEONODE")
PEER = Participant("MODALITY", ("MODALITY",), role=Role.SOURCE, address="127.0.0.1")
PATIENT = AuditedPatient("4711", "Yamada^Tarou=山田^太郎")
STUDY = AuditedStudy("1.2.3", {"1.2.840.10008.5.1.4.1.1.1.1": 2}, "A<1>&")
EVENTS = {
    "start": application_activity(NODE, started=True),
    "stop": application_activity(NODE, started=False),
    "login": user_authentication("ada", address="127.0.0.1"),
    "failed login": user_authentication("ada\x00", succeeded=False, explanation="wrong password"),
    "alert": security_alert(EventType.NODE_AUTHENTICATION, NODE, "unknown AE title", others=(PEER,), subject="PEER"),
    "learned anew": baseline_changed("ada", "ROOM1"),
    "roles": user_changed("ada", "eve", "eve is an operator", roles=True),
    "denied": access_denied("eve", "administration"),
    "accessed": instances_accessed("ada", "1.2.3", patient=PATIENT, action=Action.UPDATE, explanation="retry"),
    "transferred": instances_transferred(PEER, NODE, STUDY, PATIENT, action=Action.CREATE),
    "deleted": study_deleted("ada", "1.2.3"),
    "exported": data_export("ada", "/media/backup", studies=("1.2.3", "1.2.4")),
    "imported": data_import("ada", "upload", studies=("1.2.3",)),
    "query": query(NODE, PEER, "1.2.840.10008.5.1.4.1.2.2.1", "StudyInstanceUID=1.2.3"),
    "log": audit_log_used("ada"),
}


def parse(event: AuditEvent) -> etree._Element:
    return etree.fromstring(write_message(replace(event, occurred_at=AT), SOURCE))


def values(message: etree._Element, path: str) -> Sequence[str]:
    return [str(each) for each in message.xpath(path)]


@pytest.mark.parametrize("name", EVENTS)
def test_every_kind_of_message_is_valid(name: str) -> None:
    message = parse(EVENTS[name])
    assert SCHEMA.validate(message), SCHEMA.error_log


def test_the_schema_refuses_what_the_standard_does() -> None:
    message = parse(EVENTS["start"])
    message.find("EventIdentification").attrib["EventOutcomeIndicator"] = "5"
    assert not SCHEMA.validate(message)
    message = parse(EVENTS["start"])
    message.remove(message.find("ActiveParticipant"))
    assert not SCHEMA.validate(message)


def test_a_transfer_names_both_ends_the_study_and_the_patient() -> None:
    """PS3.15 A.5.3.7."""
    message = parse(EVENTS["transferred"])
    assert values(message, "//EventID/@csd-code") == ["110104"]
    assert values(message, "//RoleIDCode/@csd-code") == ["110153", "110150"]
    assert values(message, "//ActiveParticipant/@AlternativeUserID") == ["AETITLES=MODALITY", "AETITLES=OSTEONODE"]
    assert values(message, "//@ParticipantObjectID") == ["1.2.3", "4711"]
    assert values(message, "//SOPClass/@NumberOfInstances") == ["2"]
    assert values(message, "//Accession/@Number") == ["A<1>&"]
    assert values(message, "//ParticipantObjectName/text()") == ["1.2.3", "Yamada^Tarou=山田^太郎"]


def test_an_alert_says_what_it_is_about() -> None:
    """PS3.15 A.5.3.11."""
    message = parse(EVENTS["alert"])
    assert values(message, "//EventTypeCode/@csd-code") == ["110126"]
    assert values(message, "//ParticipantObjectDetail/@type") == ["Alert Description"]
    (detail,) = values(message, "//ParticipantObjectDetail/@value")
    assert base64.b64decode(detail) == b"unknown AE title"


def test_an_address_is_told_from_a_name() -> None:
    message = parse(instances_transferred(PEER, Participant("x", address="pacs"), STUDY, None, action=Action.READ))
    assert values(message, "//@NetworkAccessPointTypeCode") == ["2", "1"]


def test_the_syslog_header_is_that_of_rfc_5424_and_the_standard() -> None:
    head, _, body = write_syslog(b"<AuditMessage/>", SOURCE, AT).partition(b"\xef\xbb\xbf")
    assert head == b"<85>1 2026-03-01T08:00:00.000Z node1 osteonode 42 DICOM+RFC3881 - "
    assert body == b"<AuditMessage/>"


def test_a_message_without_a_time_is_none() -> None:
    with pytest.raises(ValueError, match="time"):
        write_message(EVENTS["start"], SOURCE)
