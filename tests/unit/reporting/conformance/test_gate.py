"""What must not leave: each defect, put into a good document, is found and named without patient data."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pydicom import Dataset, dcmread

from domain.document import DocumentKind
from domain.errors import DocumentError
from reporting.conformance import gate
from tests.fakes.report_sources import compose_image, make_header, pick
from tests.fakes.spoilt_documents import (
    DICOM_KINDS,
    Spoil,
    assert_refused,
    compose_good,
    put,
    remove,
    spoil,
    state_good,
)


def forget_the_layer(ds: Dataset) -> None:
    del ds.GraphicLayerSequence[0].GraphicLayerOrder


def forget_the_points(ds: Dataset) -> None:
    del ds.GraphicAnnotationSequence[0].GraphicObjectSequence[0].NumberOfGraphicPoints


@pytest.mark.parametrize("kind", DICOM_KINDS)
def test_a_good_document_passes(kind: DocumentKind) -> None:
    gate.check(spoil(kind, lambda _: None), state_good())


@pytest.mark.parametrize("kind", DICOM_KINDS)
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
        gate.check(document, state_good())
    assert not any(len(value) > 1 and value in str(raised.value) for value in elements.values())


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        (DocumentKind.STRUCTURED_REPORT, remove("CompletionFlag"), r"CompletionFlag \(Type 1\) is missing"),
        (DocumentKind.STRUCTURED_REPORT, put(CompletionFlag=""), r"CompletionFlag \(Type 1\) is empty"),
        (DocumentKind.STRUCTURED_REPORT, remove("Modality"), r"Modality \(Type 1\) is missing"),
        (
            DocumentKind.STRUCTURED_REPORT,
            remove("ReferencedPerformedProcedureStepSequence"),
            r"ReferencedPerformedProcedureStepSequence \(Type 2\) is missing",
        ),
        (DocumentKind.STRUCTURED_REPORT, remove("PatientSex"), r"PatientSex \(Type 2\) is missing"),
        (DocumentKind.PRESENTATION_STATE, put(ContentLabel=""), r"ContentLabel \(Type 1\) is empty"),
        (DocumentKind.PRESENTATION_STATE, remove("DisplayedAreaSelectionSequence"), "DisplayedAreaSelection"),
        (DocumentKind.PRESENTATION_STATE, forget_the_layer, r"GraphicLayerOrder \(Type 1\) is missing"),
        (DocumentKind.PRESENTATION_STATE, forget_the_points, r"NumberOfGraphicPoints \(Type 1\) is missing"),
        (DocumentKind.SECONDARY_CAPTURE, remove("ConversionType"), r"ConversionType \(Type 1\) is missing"),
        (DocumentKind.SECONDARY_CAPTURE, remove("SeriesNumber"), r"SeriesNumber \(Type 2\) is missing"),
        (DocumentKind.SECONDARY_CAPTURE, put(Rows=1), "PixelData is not of its stated size"),
        (DocumentKind.SECONDARY_CAPTURE, put(PhotometricInterpretation=""), r"PhotometricInterpretation \(Type 1\)"),
    ],
)
def test_a_defect_is_refused_and_named(kind: DocumentKind, change: Spoil, problem: str) -> None:
    assert_refused(kind, change, problem)


def test_a_type_2_attribute_that_the_source_has_not_is_there_without_a_value() -> None:
    composition = compose_image(make_header(drop=["PatientSex", "AccessionNumber"]))
    for document in composition.documents:
        if document.kind in DICOM_KINDS:
            ds = dcmread(BytesIO(document.content), stop_before_pixels=True)
            assert (ds.PatientSex, ds.AccessionNumber) == ("", "")


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
        (b"|2.25.", b"|2.24.", "HD are not the images"),
        (b"|373068000^Undetermined^SCT|", b"|272519000^Absent^SCT|", "presence of group 2"),
        (b"7771000^Left", b"24028007^Right", "laterality of group 1.1"),
        (b"74670003^Wrist joint", b"24136001^Hip joint", "site of group 1"),
        (b"OBX|2|", b"OBX|3|", "OBX-1 does not count"),
        (b"|1.1|", b"|1|", "OBX-3 and OBX-4 are there twice"),
        (b"|1.1|", b"|1.2|", "OBX-4 is not of the images"),
        (b"Algorithm Name^DCM||", b"Algorithm Name^DCM||" + b"A" * 200, "OBX-5 is too long"),
        (b"^OSTEONODE|43468", b"^OSTEONODE-OF-RADIOLOGY|43468", "OBR-3 is too long"),
    ],
)
def test_a_defect_in_a_message_is_found(old: bytes, new: bytes, problem: str) -> None:
    document = pick(compose_good(), DocumentKind.HL7_ORU)[0]
    assert old in document.content
    spoilt = replace(document, content=document.content.replace(old, new))
    with pytest.raises(DocumentError, match=problem) as raised:
        gate.check(spoilt, state_good())
    assert "4711" not in str(raised.value)


def test_hl7apy_is_asked_about_the_structure() -> None:
    document = pick(compose_good(), DocumentKind.HL7_ORU)[0]
    lines = [line for line in document.content.split(b"\r") if not line.startswith(b"PV1")]
    spoilt = replace(document, content=b"\r".join(lines).replace(b"|P|2.5.1", b"||2.5.1"))
    with pytest.raises(DocumentError, match="hl7apy"):
        gate.check(spoilt, state_good())


def test_a_document_of_another_study_is_found() -> None:
    document = replace(pick(compose_good(), DocumentKind.HL7_ORU)[0], study_instance_uid="1.2.3")
    with pytest.raises(DocumentError, match="another study"):
        gate.check(document, state_good())


def test_documents_of_two_studies_do_not_leave_together() -> None:
    first, *others = compose_good().documents
    with pytest.raises(DocumentError, match="another study"):
        gate.check_set([*others, replace(first, study_instance_uid="1.2.3")], state_good())


def test_documents_of_two_versions_do_not_leave_together() -> None:
    first, *others = compose_good().documents
    with pytest.raises(DocumentError, match="another version"):
        gate.check_set([*others, replace(first, version=2)], state_good())


def test_one_document_does_not_leave_as_two() -> None:
    documents = compose_good().documents
    gate.check_set(documents, state_good())
    with pytest.raises(DocumentError, match="two documents have one identifier"):
        gate.check_set([*documents, documents[0]], state_good())
