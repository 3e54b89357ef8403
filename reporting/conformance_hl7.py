"""What must be true of an ORU^R01 before it leaves: hl7apy's view of its structure, and ours of its values."""

import re

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

from domain.document import Document
from reporting.er7 import ENCODING_CHARACTERS, escape
from reporting.hl7_oru import CONTROL_ID_LENGTH, FT_LIMIT_BYTES, IDENTIFIER_LIMIT_BYTES
from reporting.source import Source
from reporting.statement import StudyStatement

_STATUSES = ("P", "C", "X")  # an AI never says F
_VALUE_TYPES = ("CWE", "FT", "HD", "NM")
_TIME = re.compile(r"\d{4}(\d\d){0,5}([+-]\d{4})?")
#: Fields that hold a time (TS): segment and number.
_TIMES = (("MSH", 7), ("PID", 7), ("OBR", 7), ("OBR", 22), ("OBX", 14))
#: Longest field in bytes (HL7 2.5.1 chapters 2, 3, 4, 7).
_LENGTHS = {
    ("PID", 5): 1024,
    ("PID", 3): IDENTIFIER_LIMIT_BYTES,
    ("OBX", 5): FT_LIMIT_BYTES,
    ("OBX", 8): 5,
    ("MSH", 10): CONTROL_ID_LENGTH,
}

Segment = list[str]


def find_hl7_problems(document: Document, statement: StudyStatement) -> list[str]:
    """Return what is wrong with a message, as segment and field numbers; no value stands in it."""
    text = document.content.decode()
    segments = [line.split("|") for line in text.split("\r")[:-1]]
    if not segments or segments[0][:2] != ["MSH", ENCODING_CHARACTERS]:
        return ["MSH is not first"]
    segments[0].insert(1, "|")  # MSH-1 is the separator itself
    return [
        *_check_structure(text),
        *_check_identity(segments, document, statement),
        *(problem for segment in segments for problem in _check_segment(segment)),
    ]


def field(segment: Segment, number: int) -> str:
    """Return a field by its number, empty when the segment ends before."""
    return segment[number] if number < len(segment) else ""


def _check_structure(text: str) -> list[str]:
    try:
        message = parse_message(text, find_groups=True, validation_level=VALIDATION_LEVEL.TOLERANT)
        message.validate()
    except HL7apyException as error:
        return [f"hl7apy: {type(error).__name__}"]  # its sentence may quote a value
    return []


def _check_identity(segments: list[Segment], document: Document, statement: StudyStatement) -> list[str]:
    names = [segment[0] for segment in segments]
    if names.count("PID") != 1 or names.count("OBR") != 1:
        return ["a message speaks of one patient and one order"]
    problems = []
    if field(segments[0], 10) != document.identifier:
        problems.append("MSH-10 is not the document's identifier")
    problems += _check_patient(segments[names.index("PID")], segments[names.index("OBR")], statement.images[0].source)
    studies = [field(segment, 5) for segment in segments if field(segment, 2) == "HD"]
    if studies != [statement.study_instance_uid]:
        problems.append("OBX-5 HD is not the study")
    return problems


def _check_patient(pid: Segment, obr: Segment, source: Source) -> list[str]:
    """Identifier and accession number are the source's, whole, and the identifier says whose it is."""
    identifier = field(pid, 3).split("^")
    problems = []
    if not identifier[0] or identifier[0] != escape(source.text("PatientID")):
        problems.append("PID-3 is not the source's")
    if not "".join(identifier[3:4]):
        problems.append("PID-3 lacks its authority")
    if field(obr, 18) != escape(source.text("AccessionNumber")):
        problems.append("OBR-18 is not the source's")
    return problems


def _check_segment(segment: Segment) -> list[str]:
    name = segment[0]
    problems = [
        f"{name}-{number} is no time" for of, number in _TIMES if of == name and not _is_time(field(segment, number))
    ]
    problems += [
        f"{name}-{number} is too long"
        for (of, number), limit in _LENGTHS.items()
        if of == name and len(field(segment, number).encode()) > limit
    ]
    if name == "OBR" and field(segment, 25) not in _STATUSES:
        problems.append("OBR-25 is not preliminary")
    return problems + (_check_observation(segment) if name == "OBX" else [])


def _is_time(value: str) -> bool:
    return not value or _TIME.fullmatch(value) is not None


def _check_observation(segment: Segment) -> list[str]:
    problems = []
    if field(segment, 2) not in _VALUE_TYPES:
        problems.append("OBX-2 is none of ours")
    if field(segment, 2) == "NM" and re.fullmatch(r"\d+(\.\d+)?", field(segment, 5)) is None:
        problems.append("OBX-5 NM is no number")
    if field(segment, 11) not in _STATUSES:
        problems.append("OBX-11 is not preliminary")
    return problems
