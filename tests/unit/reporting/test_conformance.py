"""What must not leave: each defect, put into a good document, is found and named without patient data."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pydicom import Dataset, dcmread

from domain.document import HL7_KINDS, LATER_KINDS, Document, DocumentKind
from domain.errors import DocumentError
from reporting import conformance
from reporting.statement import StudyStatement, state
from tests.fakes.report_sources import (
    compose_image,
    find,
    make_context,
    make_evidence,
    make_header,
    pick,
    read_image,
)

KINDS = [kind for kind in DocumentKind if kind not in HL7_KINDS | LATER_KINDS]
Spoil = Callable[[Dataset], None]


@cache
def write_good(kind: DocumentKind) -> Document:
    return pick(compose_image(make_header()), kind)[0]


def make_statement() -> StudyStatement:
    header = make_header()
    return state(make_context(), find(read_image(header)), make_evidence(header))


def spoil(kind: DocumentKind, change: Spoil) -> Document:
    """A good document with one defect."""
    document = write_good(kind)
    ds = dcmread(BytesIO(document.content))
    change(ds)
    file = BytesIO()
    ds.save_as(file)
    return replace(document, content=file.getvalue())


def put(**elements: object) -> Spoil:
    def change(ds: Dataset) -> None:
        for keyword, value in elements.items():
            setattr(ds, keyword, value)

    return change


def remove(keyword: str) -> Spoil:
    return lambda ds: delattr(ds, keyword)


def name_another_source(ds: Dataset) -> None:
    ds.SourceImageSequence[0].ReferencedSOPInstanceUID = "1.2.3"


def write_beyond_ascii(ds: Dataset) -> None:
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ContentSequence[-1].ContentSequence[0].ConceptNameCodeSequence[0].CodeMeaning = "Größe"


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_document_passes(kind: DocumentKind) -> None:
    conformance.check(spoil(kind, lambda _: None), make_statement())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "elements",
    [
        {"PatientID": "SOMEBODY-ELSE"},
        {"PatientName": "Somebody^Else"},
        {"PatientSex": "M"},
        {"PatientBirthDate": "19990101"},
        {"AccessionNumber": "OTHER"},
        {"StudyInstanceUID": "1.2.3"},
        {"SOPInstanceUID": "1.2.3"},
        {"SpecificCharacterSet": "ISO_IR 192"},
    ],
    ids=lambda elements: next(iter(elements)),
)
def test_another_patient_study_or_object_is_found(kind: DocumentKind, elements: dict[str, Any]) -> None:
    document = spoil(kind, put(**elements))
    with pytest.raises(DocumentError, match=next(iter(elements))) as raised:
        conformance.check(document, make_statement())
    assert not any(len(value) > 1 and value in str(raised.value) for value in elements.values())


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        (DocumentKind.STRUCTURED_REPORT, remove("CompletionFlag"), r"CompletionFlag \(Type 1\) is missing"),
        (DocumentKind.STRUCTURED_REPORT, remove("ReferencedPerformedProcedureStepSequence"), "Type 2"),
        (DocumentKind.STRUCTURED_REPORT, write_beyond_ascii, "CodeMeaning is not ASCII"),
        (DocumentKind.PRESENTATION_STATE, put(ContentLabel=""), r"ContentLabel \(Type 1\) is empty"),
        (DocumentKind.PRESENTATION_STATE, remove("DisplayedAreaSelectionSequence"), "DisplayedAreaSelection"),
        (DocumentKind.SECONDARY_CAPTURE, name_another_source, "refers to 1.2.3"),
        (DocumentKind.SECONDARY_CAPTURE, put(Rows=1), "PixelData is not of its stated size"),
        (DocumentKind.SECONDARY_CAPTURE, put(PhotometricInterpretation=""), "PhotometricInterpretation"),
    ],
)
def test_a_defect_is_found(kind: DocumentKind, change: Any, problem: str) -> None:
    with pytest.raises(DocumentError, match=problem):
        conformance.check(spoil(kind, change), make_statement())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"|93.0|", b"|high|", "NM is no number"),
        (b"|RAD|P\r", b"|RAD|F\r", "OBR-25"),
        (b"||||||P|||", b"||||||F|||", "OBX-11"),
        (b"|FT|", b"|ZZ|", "OBX-2"),
        (b"|20260102101112|", b"|02.01.2026|", "OBR-7 is no time"),
        (b"PID-4711^^^NORTH", b"^^^NORTH", "PID-3"),
        (b"^^^NORTH", b"^^^", "PID-3"),
        (b"ORU_R01|OS", b"ORU_R01|XX", "MSH-10"),
        (b"MSH|^~\\&", b"MSH|^~\\#", "MSH"),
        (b"|ACC-0815||||2026", b"|ACC-0816||||2026", "OBR-18"),
        (b"OBR|1|", b"OBX|1|", "one order"),
        (b"|2.25.", b"|2.24.", "HD is not the study"),
    ],
)
def test_a_defect_in_a_message_is_found(old: bytes, new: bytes, problem: str) -> None:
    document = write_good(DocumentKind.HL7_ORU)
    assert old in document.content
    spoilt = replace(document, content=document.content.replace(old, new))
    with pytest.raises(DocumentError, match=problem) as raised:
        conformance.check(spoilt, make_statement())
    assert "4711" not in str(raised.value)


def test_hl7apy_is_asked_about_the_structure() -> None:
    document = write_good(DocumentKind.HL7_ORU)
    lines = [line for line in document.content.split(b"\r") if not line.startswith(b"PV1")]
    spoilt = replace(document, content=b"\r".join(lines).replace(b"|P|2.5.1", b"||2.5.1"))
    with pytest.raises(DocumentError, match="hl7apy"):
        conformance.check(spoilt, make_statement())


def test_a_document_of_another_study_is_found() -> None:
    document = replace(write_good(DocumentKind.HL7_ORU), study_instance_uid="1.2.3")
    with pytest.raises(DocumentError, match="another study"):
        conformance.check(document, make_statement())
