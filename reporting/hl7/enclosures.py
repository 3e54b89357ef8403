"""What a message carries beside its text: the report as a PDF inside it (ED), and a link to the study (RP).

Both are off unless a site turns them on: receivers differ in how long a segment they take, and in what they open.
"""

import base64
from collections.abc import Iterator
from urllib.parse import quote

from reporting import codes, narrative
from reporting.hl7 import er7
from reporting.hl7.observations import Observation
from reporting.pdf.report import write_pdf
from reporting.statement import StudyStatement

_KIB = 1024
#: ED-2 to ED-4 (tables 0191, 0291, 0299) and RP-3, RP-4.
PDF_TYPE, ENCODING = ("AP", "PDF"), "Base64"
LINK_TYPE = ("TEXT", "HTML")


def make_pdf(statement: StudyStatement) -> bytes | None:
    """Return the PDF for the message, the same as that of the Encapsulated PDF; None where none is wanted."""
    return write_pdf(statement) if statement.study.reporting.hl7_pdf else None


def why_left_out(statement: StudyStatement, pdf: bytes | None) -> str:
    """A reason not to enclose a PDF, for a person; empty where it is enclosed or none is wanted."""
    limit_kib = statement.study.reporting.hl7_pdf_limit_kib
    if pdf is None or len(pdf) <= limit_kib * _KIB:
        return ""
    return f"not enclosed in the HL7 message: {_size_kib(pdf)} KiB, more than reporting.hl7_pdf_limit_kib = {limit_kib}"


def note_left_out(statement: StudyStatement, pdf: bytes | None) -> tuple[str, ...]:
    """Return the message's note that a PDF is too large for it, in the language of the site."""
    if pdf is None or not why_left_out(statement, pdf):
        return ()
    reporting = statement.study.reporting
    return (narrative.tell_pdf_left_out(_size_kib(pdf), reporting.hl7_pdf_limit_kib, reporting.language),)


def enclose(statement: StudyStatement, pdf: bytes | None) -> Iterator[Observation]:
    """Yield the rows of the link and the PDF, as far as the site wants them and they fit."""
    if link := link_of(statement):
        value = er7.components(er7.escape(link), _application(statement), *LINK_TYPE)
        yield Observation("RP", er7.code_element(codes.STUDY_LINK), value)
    if pdf is not None and not why_left_out(statement, pdf):
        data = base64.b64encode(pdf).decode("ascii")
        value = er7.components(_application(statement), *PDF_TYPE, ENCODING, data)
        yield Observation("ED", er7.code_element(codes.DIAGNOSTIC_IMAGING_REPORT), value)


def link_of(statement: StudyStatement) -> str:
    """Return the link to the study, empty where the site has none."""
    template = statement.study.reporting.hl7_link
    return template.replace("{StudyInstanceUID}", quote(statement.study_instance_uid, safe=""))


def _application(statement: StudyStatement) -> str:
    return er7.escape(statement.study.reporting.station_name)


def _size_kib(pdf: bytes) -> int:
    return -(-len(pdf) // _KIB)
