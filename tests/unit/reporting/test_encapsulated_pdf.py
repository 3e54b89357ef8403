"""The report as a DICOM object: made where it is asked for, of the right patient and study, and whole."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from pydicom import Dataset, dcmread

from domain.document import Document, DocumentKind
from domain.errors import DocumentError
from domain.uid import derive_uid
from reporting.conformance import gate
from reporting.pdf.report import write_pdf
from reporting.statement import StudyStatement
from tests.fakes.report_sources import (
    compose_images,
    draft_image,
    draft_images,
    make_header,
    open_document,
    pick,
    read_image,
)

PDF = DocumentKind.ENCAPSULATED_PDF


def draft(number: int = 1) -> StudyStatement:
    return draft_image(make_header(number=number))


def change(document: Document, how: Callable[[Dataset], object]) -> Document:
    ds = dcmread(BytesIO(document.content))
    how(ds)
    with BytesIO() as file:
        ds.save_as(file, enforce_file_format=True)
        return replace(document, content=file.getvalue())


def test_it_is_made_only_where_it_is_asked_for() -> None:
    header = make_header()
    assert pick(compose_images((header, read_image(header))), PDF) == []
    asked = compose_images((header, read_image(header)), optional_documents=("encapsulated_pdf",))
    assert len(pick(asked, PDF)) == 1


def test_the_enclosed_report_is_that_of_the_study_to_the_byte() -> None:
    statement = draft()
    ds = open_document(statement, PDF)
    assert ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength] == write_pdf(statement)
    assert ds.MIMETypeOfEncapsulatedDocument == "application/pdf"


def test_it_says_that_it_names_the_patient_and_that_nobody_has_verified_it() -> None:
    ds = open_document(draft(), PDF)
    assert (ds.BurnedInAnnotation, ds.VerificationFlag, ds.Modality) == ("YES", "UNVERIFIED", "DOC")
    assert (ds.PatientID, ds.AccessionNumber) == ("PID-4711", "ACC-0815")


def test_it_refers_to_every_image() -> None:
    headers = [make_header(number=number) for number in (1, 2, 3)]
    ds = open_document(draft_images(*((header, read_image(header)) for header in headers)), PDF)
    references = [item.ReferencedSOPInstanceUID for item in ds.SourceInstanceSequence]
    assert references == [header.SOPInstanceUID for header in headers]


def test_one_that_is_fit_to_leave_passes() -> None:
    statement = draft()
    gate.check(pick(statement, PDF)[0], statement)


@pytest.mark.parametrize(
    ("how", "named"),
    [
        (lambda ds: setattr(ds, "PatientID", "PID-4712"), "PatientID"),
        (lambda ds: setattr(ds, "EncapsulatedDocumentLength", 700), "no whole PDF"),
        (lambda ds: setattr(ds, "EncapsulatedDocument", b"%PDF-1.4 %%EOF"), "does not name the study"),
        (lambda ds: delattr(ds, "MIMETypeOfEncapsulatedDocument"), "MIMETypeOfEncapsulatedDocument"),
        (lambda ds: setattr(ds.SourceInstanceSequence[0], "ReferencedSOPInstanceUID", "1.2.3"), "refers to 1.2.3"),
    ],
)
def test_one_that_is_wrong_does_not_leave(how: Callable[[Dataset], object], named: str) -> None:
    statement = draft()
    wrong = change(pick(statement, PDF)[0], how)
    with pytest.raises(DocumentError, match=named):
        gate.check(wrong, statement)


def test_the_report_of_another_study_does_not_leave() -> None:
    statement, other = draft(), make_header(StudyInstanceUID=derive_uid("another study"))
    swapped = write_pdf(replace_study(other))

    def swap(ds: Dataset) -> None:
        ds.EncapsulatedDocument, ds.EncapsulatedDocumentLength = swapped + b"\0" * (len(swapped) % 2), len(swapped)

    with pytest.raises(DocumentError, match="does not name the study"):
        gate.check(change(pick(statement, PDF)[0], swap), statement)


def replace_study(header: Dataset) -> StudyStatement:
    """What is said of the same image, were it of another study."""
    statement = draft()
    return replace(statement, result=replace(statement.result, study_instance_uid=str(header.StudyInstanceUID)))
