"""What must be true of what a message carries: a whole PDF at most, a link to this study, both as the site wants."""

import base64
import binascii

from reporting.conformance.hl7_groups import Segment, field
from reporting.hl7.enclosures import ENCODING, LINK_TYPE, PDF_TYPE, link_of
from reporting.hl7.er7 import escape
from reporting.statement import StudyStatement

_KIB = 1024


def find_enclosure_problems(rows: list[Segment], statement: StudyStatement) -> list[str]:
    """Return what is wrong with the rows of OBX-2 ED and RP."""
    enclosed = [field(row, 5).split("^") for row in rows if field(row, 2) == "ED"]
    links = [field(row, 5) for row in rows if field(row, 2) == "RP"]
    return [*_check_enclosed(enclosed, statement), *_check_links(links, statement)]


def _check_enclosed(enclosed: list[list[str]], statement: StudyStatement) -> list[str]:
    reporting = statement.study.reporting
    if len(enclosed) > (1 if reporting.hl7_pdf else 0):
        return ["OBX-5 ED that nobody asked for"]
    problems = []
    for components in enclosed:
        if [*components[1:4], len(components)] != [*PDF_TYPE, ENCODING, 5]:
            problems.append("OBX-5 ED is no Base64 of a PDF")
            continue
        pdf = _decode(components[4])
        if not (pdf.startswith(b"%PDF-") and pdf.rstrip().endswith(b"%%EOF")):
            problems.append("OBX-5 ED is no whole PDF")
        if len(pdf) > reporting.hl7_pdf_limit_kib * _KIB:
            problems.append("OBX-5 ED is larger than the site wants")
    return problems


def _decode(text: str) -> bytes:
    """The bytes, none where the text is no Base64."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _check_links(links: list[str], statement: StudyStatement) -> list[str]:
    expected = link_of(statement)
    pointers = [(link.split("^")[0], tuple(link.split("^")[2:4])) for link in links]
    return [] if pointers == ([(escape(expected), LINK_TYPE)] if expected else []) else ["OBX-5 RP is not the study's"]
