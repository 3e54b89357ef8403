"""What must be true of an ORU^R01 before it leaves: hl7apy's view of its structure, and ours of its values."""

import re

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

from domain.document import Document
from domain.order import ImagingOrder
from reporting.conformance.hl7_enclosures import find_enclosure_problems
from reporting.conformance.hl7_groups import Segment, field, find_group_problems
from reporting.hl7 import ordering
from reporting.hl7.er7 import ENCODING_CHARACTERS, FT_LIMIT_BYTES, ST_LIMIT_BYTES, escape
from reporting.hl7.oru import CONTROL_ID_LENGTH, IDENTIFIER_LIMIT_BYTES, ORDER_NUMBER_LIMIT_BYTES
from reporting.source import Source
from reporting.statement import StudyStatement

_STATUSES = ("P", "C", "X")  # an AI never says F
_VALUE_TYPES = ("CWE", "ED", "FT", "HD", "NM", "RP", "ST")
_TIME = re.compile(r"\d{4}(\d\d){0,5}([+-]\d{4})?")
#: Fields that hold a time (TS): segment and number.
_TIMES = (("MSH", 7), ("PID", 7), ("OBR", 7), ("OBR", 22), ("OBX", 14))
#: Longest repetition of a field in bytes (HL7 2.5.1 chapters 2, 3, 4, 7; OBX-18 and -19 by their data types).
_LENGTHS = {
    ("MSH", 3): 227,
    ("MSH", 4): 227,
    ("MSH", 10): CONTROL_ID_LENGTH,
    ("MSH", 18): 16,
    ("MSH", 19): 250,
    ("PID", 3): IDENTIFIER_LIMIT_BYTES,
    ("PID", 5): 250,
    ("OBR", 4): 250,
    ("OBR", 18): 60,
    ("NTE", 3): FT_LIMIT_BYTES,
    ("OBX", 1): 4,
    ("OBX", 3): 250,
    ("OBX", 4): 20,
    ("OBX", 6): 250,
    ("OBX", 8): 5,
    ("OBX", 18): 427,
}
#: Where the ordering providers stand.
_PROVIDER_FIELDS = {"ORC": 12, "OBR": 16}
#: Longest repetition of OBX-5 in bytes, by OBX-2 (chapter 2.A).
_VALUE_LENGTHS = {"CWE": 705, "FT": FT_LIMIT_BYTES, "HD": 227, "NM": 16, "RP": 1050, "ST": ST_LIMIT_BYTES}


def find_hl7_problems(document: Document, statement: StudyStatement) -> list[str]:
    """Return what is wrong with a message, as segment and field numbers; no value stands in it."""
    text = document.content.decode()
    segments = [line.split("|") for line in text.split("\r")[:-1]]
    if not segments or segments[0][:2] != ["MSH", ENCODING_CHARACTERS]:
        return ["MSH is not first"]
    segments[0].insert(1, "|")  # MSH-1 is the separator itself
    rows = [segment for segment in segments if segment[0] == "OBX"]
    return [
        *find_structure_problems(text),
        *_check_identity(segments, document, statement),
        *(problem for segment in segments for problem in _check_order(segment, statement.study.order)),
        *(problem for segment in segments for problem in _check_segment(segment)),
        *find_group_problems(rows, statement),
        *find_enclosure_problems(rows, statement),
    ]


def find_structure_problems(text: str) -> list[str]:
    """Return what hl7apy finds when it parses a message into its groups and validates it; never a value."""
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


def _check_order(segment: Segment, order: ImagingOrder | None) -> list[str]:
    """The order's numbers and providers stand here as the order has them, or not at all; our own number fits."""
    name = segment[0]
    if name not in _PROVIDER_FIELDS:
        return []
    said = {2: ordering.placer_number(order), _PROVIDER_FIELDS[name]: ordering.ordering_providers(order)}
    problems = [
        f"{name}-{number} is not the order's" for number, value in said.items() if field(segment, number) != value
    ]
    filler = ordering.filler_number(order)
    if filler and field(segment, 3) != filler:
        problems.append(f"{name}-3 is not the order's")
    if not filler and _longest(field(segment, 3)) > ORDER_NUMBER_LIMIT_BYTES:
        problems.append(f"{name}-3 is too long")
    return problems


def _check_segment(segment: Segment) -> list[str]:
    name = segment[0]
    problems = [
        f"{name}-{number} is no time" for of, number in _TIMES if of == name and not _is_time(field(segment, number))
    ]
    problems += [
        f"{name}-{number} is too long"
        for (of, number), limit in _LENGTHS.items()
        if of == name and _longest(field(segment, number)) > limit
    ]
    if name == "OBR" and field(segment, 25) not in _STATUSES:
        problems.append("OBR-25 is not preliminary")
    return problems + (_check_observation(segment) if name == "OBX" else [])


def _longest(value: str) -> int:
    """The length of the longest repetition, in bytes."""
    return max(len(each.encode()) for each in value.split("~"))


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
    # An ED has the limit of the site (conformance_hl7_enclosures).
    if field(segment, 2) != "ED" and _longest(field(segment, 5)) > _VALUE_LENGTHS.get(
        field(segment, 2), FT_LIMIT_BYTES
    ):
        problems.append("OBX-5 is too long")
    return problems
