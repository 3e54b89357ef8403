"""The text report for the RIS: HL7 v2.5.1 ORU^R01 (IHE Results Distribution), UTF-8.

Preliminary (P), corrected (C) when a later version replaces it, X when no image could be analysed; never final.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from pydicom.valuerep import PersonName

from domain.document import Document, DocumentKind
from reporting import codes, equipment, local_text
from reporting.hl7 import enclosures, er7, ordering
from reporting.hl7.observations import Observation, observe
from reporting.source import Source
from reporting.statement import StudyStatement
from reporting.translation import ENGLISH

IDENTIFIER_LIMIT_BYTES = 250
CONTROL_ID_LENGTH = 20
ORDER_NUMBER_LIMIT_BYTES = 22
NAMESPACE_LIMIT_BYTES = 20  # IS
_SEXES = ("M", "F", "O", "A", "N")  # table 0001; anything else is U
#: XPN components in HL7's order, as index into DICOM's (family, given, middle, prefix, suffix) and room in bytes.
_NAME_COMPONENTS = ((0, 96), (1, 64), (2, 32), (4, 20), (3, 20))
#: PID-5 is required: a name of type "unspecified" (table 0200) where the image has none.
_UNKNOWN_NAME = "^^^^^^U"
#: MSH-19, principal language of the message (CE): name and coding system.
_LANGUAGES = {"ar": ("Arabic", "ISO639"), "fr": ("French", "ISO639"), "es": ("Spanish", "ISO639")}
#: Table 4000 name representation, in the order of DICOM's component groups.
_REPRESENTATIONS = ("A", "I", "P")


def write_message(statement: StudyStatement, pdf: bytes | None = None) -> Document:
    """Return the message, with a PDF in it where there is one and it fits. The first image names patient and order."""
    notes = (*local_text.write_notes(statement), *enclosures.note_left_out(statement, pdf))
    segments = [_header(statement), *_patient(statement), *_order(statement), *_notes(notes)]
    rows = (*observe(statement), *enclosures.enclose(statement, pdf))
    segments += [_number(position, row, statement) for position, row in enumerate(rows, 1)]
    return Document(
        kind=DocumentKind.HL7_ORU,
        identifier=control_id(statement),
        study_instance_uid=statement.study_instance_uid,
        version=statement.study.version,
        sop_class_uid="",
        content=er7.message(segments).encode(),
    )


def control_id(statement: StudyStatement) -> str:
    """MSH-10: 20 characters from study, version and models; a message that is sent again has the same."""
    parts = (statement.study_instance_uid, str(statement.study.version), statement.result.model_set)
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return ("OS" + base64.b32encode(digest).decode())[:CONTROL_ID_LENGTH]


def why_withheld(statement: StudyStatement) -> str:
    """A reason not to send a message, empty when there is none: without a patient identifier it could reach anyone."""
    if not _source(statement).text("PatientID"):
        return "the images name no patient identifier"
    if len(_identifier(statement).encode()) > IDENTIFIER_LIMIT_BYTES:
        return "the patient identifier is too long for PID-3, and a part of it is another patient's"
    return ""


def _source(statement: StudyStatement) -> Source:
    return statement.images[0].source


def result_status(statement: StudyStatement) -> str:
    """OBR-25 and OBX-11 (tables 0123, 0085); X also where the result is retracted."""
    if not statement.read:
        return "X"
    return "C" if statement.study.replaces else "P"


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S%z")[:19]


def _written_at(statement: StudyStatement) -> str:
    return _timestamp(_source(statement).local_time(statement.study.composed_at))


def _header(statement: StudyStatement) -> str:
    reporting = statement.study.reporting
    fields = {
        2: er7.ENCODING_CHARACTERS,
        3: er7.escape(reporting.station_name),
        4: er7.escape(reporting.facility),
        7: _written_at(statement),
        9: "ORU^R01^ORU_R01",
        10: control_id(statement),
        11: "P",
        12: "2.5.1",
        15: "AL",
        16: "NE",
        18: "UNICODE UTF-8",  # of every language
    }
    if reporting.language != ENGLISH:
        fields[19] = er7.components(reporting.language, *_LANGUAGES[reporting.language])
    return er7.segment("MSH", fields)


def _patient(statement: StudyStatement) -> list[str]:
    source = _source(statement)
    birth_date = source.text("PatientBirthDate")
    sex = source.text("PatientSex").upper()
    fields = {
        1: "1",
        3: _identifier(statement),
        5: _name(source),
        7: birth_date if _is_date(birth_date) else "",
        8: sex if sex in _SEXES else "U",
    }
    return [er7.segment("PID", fields), er7.segment("PV1", {2: "U"})]


def _identifier(statement: StudyStatement) -> str:
    """PID-3: never cut."""
    number = er7.escape(_source(statement).text("PatientID"))
    return er7.components(number, "", "", _assigning_authority(statement), "MR")


def _assigning_authority(statement: StudyStatement) -> str:
    """CX-4: the issuer that the image names, else the one that the order names, else the configured one."""
    source = _source(statement)
    if issuer := source.text("IssuerOfPatientID"):
        return er7.escape(issuer)
    ordered = ordering.assigning_authority(statement.study.order, source.text("PatientID"))
    return ordered or er7.escape(statement.study.reporting.assigning_authority)


def _name(source: Source) -> str:
    """PID-5: DICOM's alphabetic, ideographic and phonetic groups as repetitions with their representation code."""
    value = source.header.get("PatientName")
    name = value if isinstance(value, PersonName) else PersonName(str(value or ""))
    groups = (name.alphabetic, name.ideographic, name.phonetic)
    repetitions = [
        _repetition(group, code) for group, code in zip(groups, _REPRESENTATIONS, strict=True) if group.strip("^ ")
    ]
    return "~".join(repetitions) or _UNKNOWN_NAME


def _repetition(group: str, representation: str) -> str:
    words = [word.strip() for word in group.split("^")] + [""] * 5
    named = [er7.escape(words[index], limit_bytes=room) for index, room in _NAME_COMPONENTS]
    return er7.components(*named, "", "L", representation)


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", text) is not None


def _study_time(source: Source) -> str:
    """OBR-7: study date and time, as far as they are well formed."""
    date, time = source.text("StudyDate"), source.text("StudyTime").partition(".")[0]
    if not _is_date(date):
        return ""
    if re.fullmatch(r"([01]\d|2[0-3])([0-5]\d){0,2}", time) is None:
        return date
    zone = source.text("TimezoneOffsetFromUTC")
    clock = f"{time}00" if len(time) == 2 else time
    return date + clock + (zone if re.fullmatch(r"[+-]\d{4}", zone) else "")


def _order(statement: StudyStatement) -> list[str]:
    source = _source(statement)
    accession = er7.escape(source.text("AccessionNumber"))
    order = statement.study.order
    filler = ordering.filler_number(order) or _filler_number(
        accession, er7.escape(statement.study.reporting.station_name)
    )
    placer, providers = ordering.placer_number(order), ordering.ordering_providers(order)
    fields = {
        1: "1",
        2: placer,
        3: filler,
        4: er7.code_element(codes.XR_REPORT),
        7: _study_time(source),
        16: providers,
        18: accession,
        22: _written_at(statement),
        24: "RAD",
        25: result_status(statement),
    }
    common = {1: "RE", 2: placer, 3: filler, 5: "IP"} | ({12: providers} if providers else {})
    return [er7.segment("ORC", common), er7.segment("OBR", fields)]


def _filler_number(accession: str, station: str) -> str:
    """ORC-3 and OBR-3: the accession number whole; who gave it only where both fit the field."""
    named = er7.components(accession, station) if accession else ""
    return named if len(named.encode()) <= ORDER_NUMBER_LIMIT_BYTES else accession


def _notes(lines: Iterable[str]) -> list[str]:
    """NTE: what this is, and what is not there and why."""
    return [
        er7.segment("NTE", {1: str(number), 2: "L", 3: er7.escape(line, limit_bytes=er7.FT_LIMIT_BYTES)})
        for number, line in enumerate(lines, 1)
    ]


def _number(position: int, row: Observation, statement: StudyStatement) -> str:
    fields = {
        1: str(position),
        2: row.value_type,
        3: row.concept,
        4: row.sub_id,
        5: row.value,
        6: row.units,
        8: row.flag,
        11: row.status or result_status(statement),
        14: _written_at(statement),
        18: er7.components(
            er7.escape(f"{equipment.MODEL_NAME} {equipment.software_version(statement.study)}"),
            er7.escape(statement.study.reporting.manufacturer, limit_bytes=NAMESPACE_LIMIT_BYTES),
        ),
    }
    return er7.segment("OBX", fields)
