"""The PDF inside a message and the link beside it: off, on, too large, spoilt."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from domain.document import DocumentKind
from domain.errors import DocumentError
from reporting.compose import Composition
from reporting.conformance import gate
from reporting.hl7.enclosures import make_pdf, why_left_out
from reporting.hl7.oru import write_message
from reporting.pdf.report import write_pdf
from reporting.statement import StudyStatement
from tests.fakes.report_sources import compose_images, draft_images, make_header, open_message, pick, read_image

LINK = "https://viewer/?StudyInstanceUIDs={StudyInstanceUID}&mode=2d"


def compose_with(**settings: Any) -> Composition:
    header = make_header()
    return compose_images((header, read_image(header)), **settings)


def draft_with(**settings: Any) -> StudyStatement:
    header = make_header()
    return draft_images((header, read_image(header)), **settings)


def rows(source: Composition, value_type: str) -> list[list[str]]:
    return [row for row in open_message(source)["OBX"] if row[2] == value_type]


def test_nothing_is_enclosed_unless_a_site_asks_for_it() -> None:
    composition = compose_with()
    assert rows(composition, "ED") == rows(composition, "RP") == []
    assert make_pdf(draft_with()) is None


def test_the_pdf_is_enclosed_whole_whether_it_is_also_sent_as_an_object_or_not() -> None:
    pdf = write_pdf(draft_with())
    for also in ([], ["encapsulated_pdf"]):
        composition = compose_with(hl7_pdf=True, optional_documents=also)
        (row,) = rows(composition, "ED")
        assert row[3] == "18748-4^Diagnostic Imaging Report^LN"
        application, kind, subtype, encoding, data = row[5].split("^")
        assert (application, kind, subtype, encoding) == ("OSTEONODE", "AP", "PDF", "Base64")
        assert base64.b64decode(data, validate=True) == pdf
        assert len(pick(composition, DocumentKind.ENCAPSULATED_PDF)) == len(also)
        assert composition.withheld == ()


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_a_pdf_that_is_too_large_is_left_out_and_the_message_and_the_ledger_say_why(language: str) -> None:
    composition = compose_with(hl7_pdf=True, hl7_pdf_limit_kib=7, language=language)
    assert rows(composition, "ED") == []
    notes = open_message(composition)["NTE"]
    assert "PDF" in notes[-1][3]
    assert "7" in notes[-1][3]
    (withheld,) = composition.withheld
    assert withheld.kind is DocumentKind.ENCAPSULATED_PDF
    assert withheld.reason.endswith("KiB, more than reporting.hl7_pdf_limit_kib = 7")


def test_a_pdf_that_is_too_large_for_the_message_is_still_sent_as_an_object() -> None:
    composition = compose_with(hl7_pdf=True, hl7_pdf_limit_kib=7, optional_documents=["encapsulated_pdf"])
    assert len(pick(composition, DocumentKind.ENCAPSULATED_PDF)) == 1
    assert rows(composition, "ED") == []


@pytest.mark.parametrize(("size", "is_left_out"), [(1024, False), (1025, True)])
def test_the_limit_is_in_kib_of_the_pdf_to_the_byte(size: int, is_left_out: bool) -> None:
    statement = draft_with(hl7_pdf=True, hl7_pdf_limit_kib=1)
    assert bool(why_left_out(statement, bytes(size))) is is_left_out


def test_the_link_names_the_study_and_its_separators_are_escaped() -> None:
    header = make_header()
    (row,) = rows(compose_with(hl7_link=LINK), "RP")
    assert row[3] == "STUDYLINK^Link to the study^99OSTEO"
    pointer = f"https://viewer/?StudyInstanceUIDs={header.StudyInstanceUID}\\T\\mode=2d"
    assert row[5] == f"{pointer}^OSTEONODE^TEXT^HTML"


def test_an_uid_that_is_none_cannot_lead_the_link_elsewhere() -> None:
    header = make_header(StudyInstanceUID="1.2/../x?y#z")
    reading = read_image(header)
    statement = draft_with(hl7_link=LINK)
    odd = replace(statement, result=replace(statement.result, study_instance_uid=header.StudyInstanceUID))
    message = open_message_of(odd)
    assert "StudyInstanceUIDs=1.2%2F..%2Fx%3Fy%23z\\T\\mode=2d" in message
    assert reading.sop_instance_uid in message


def open_message_of(statement: StudyStatement) -> str:
    return write_message(statement).content.decode()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"^AP^PDF^", b"^AP^XML^", "no Base64 of a PDF"),
        (b"^Base64^JVBERi", b"^Base64^JVBER*", "no whole PDF"),
        (b"^Base64^JVBERi", b"^Base64^JVBERj", "no whole PDF"),
        (b"https://viewer/", b"https://elsewhere/", "RP is not the study's"),
        (b"^TEXT^HTML", b"^TEXT", "RP is not the study's"),
    ],
)
def test_a_spoilt_enclosure_does_not_leave(old: bytes, new: bytes, problem: str) -> None:
    settings = {"hl7_pdf": True, "hl7_link": LINK}
    document = pick(compose_with(**settings), DocumentKind.HL7_ORU)[0]
    assert old in document.content
    spoilt = replace(document, content=document.content.replace(old, new))
    with pytest.raises(DocumentError, match=problem):
        gate.check(spoilt, draft_with(**settings))


def test_a_pdf_that_nobody_asked_for_or_that_is_too_large_does_not_leave() -> None:
    document = pick(compose_with(hl7_pdf=True), DocumentKind.HL7_ORU)[0]
    with pytest.raises(DocumentError, match="nobody asked for"):
        gate.check(document, draft_with())
    with pytest.raises(DocumentError, match="larger than the site wants"):
        gate.check(document, draft_with(hl7_pdf=True, hl7_pdf_limit_kib=7))


def test_the_control_identifier_does_not_follow_what_is_enclosed() -> None:
    plain, full = (compose_with(hl7_pdf=on, hl7_link=LINK if on else "") for on in (False, True))
    assert pick(plain, DocumentKind.HL7_ORU)[0].identifier == pick(full, DocumentKind.HL7_ORU)[0].identifier
