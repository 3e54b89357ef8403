"""Documents before validators that nobody here wrote, beyond the matrix of all sources: test_document_matrix.py."""

import re
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import UID

from domain.document import HL7_KINDS, Document, DocumentKind
from domain.finding import FractureState
from reporting.compose import compose
from reporting.evidence import ImageEvidence
from tests.fakes.report_sources import (
    compose_image,
    compose_images,
    find,
    make_context,
    make_header,
    make_picture,
    pick,
    read_image,
    refuse_image,
)
from tests.peers.validators import find_errors

pytestmark = [pytest.mark.peer("dcmtk", "dicom3tools"), pytest.mark.slow]

#: What a source states wrongly stands in our objects as it stands in the source; dciodvfy's words, then dcmpschk's.
#: A name may be empty (type 2), which dcmpschk alone does not know.
VERBATIM = re.compile(
    r"</(PatientSex|StudyDate|StudyTime)\("
    r"|Affected attribute: (PatientSex|StudyDate|StudyTime) "
    r"|patientName absent or empty"
)


def validate(document: Document, folder: Path) -> list[str]:
    """Return the errors that the validators find in one document."""
    path = folder / document.file_name
    path.write_bytes(document.content)
    return [error for error in find_errors(path, UID(document.sop_class_uid)) if not VERBATIM.search(error)]


def assert_valid(documents: tuple[Document, ...], folder: Path) -> None:
    dicom = [document for document in documents if document.kind not in HL7_KINDS]
    assert dicom
    assert {document.file_name: validate(document, folder) for document in dicom} == {
        document.file_name: [] for document in dicom
    }


@pytest.mark.parametrize("body_part", ["", "HIP", "JAW", "ABDOMENPELVIS", "LEG", "SOMETHING"])
def test_no_side_is_stated_as_the_body_part_needs_it(body_part: str, tmp_path: Path) -> None:
    header = make_header(BodyPartExamined=body_part, drop=["Laterality"])
    assert_valid(compose_image(header).documents, tmp_path)


def test_a_summary_of_two_pages_on_images_of_two_sides_is_valid(tmp_path: Path) -> None:
    lossy = {"LossyImageCompression": "01", "LossyImageCompressionRatio": "10", "BodyPartExamined": "FOOT"}
    headers = [make_header(number=number, Laterality="LR"[number % 2], **lossy) for number in range(1, 15)]
    pairs = [(header, read_image(header, state)) for header, state in zip(headers, [*FractureState] * 5, strict=False)]
    summaries = pick(
        compose_images(*pairs[:13], (headers[13], refuse_image(headers[13]))), DocumentKind.SUMMARY_CAPTURE
    )
    assert len(summaries) == 2
    assert_valid(tuple(summaries), tmp_path)


def test_an_image_that_cannot_be_shown_leads_to_valid_documents(tmp_path: Path) -> None:
    header = make_header(drop=["Rows", "Columns", "BodyPartExamined", "Laterality"])
    composition = compose(make_context(), find(refuse_image(header)), [ImageEvidence(header)])
    assert_valid(composition.documents, tmp_path)


def test_the_report_reads_as_a_page(tmp_path: Path) -> None:
    document = compose_image(make_header()).documents[0]
    path = tmp_path / document.file_name
    path.write_bytes(document.content)
    run = subprocess.run(["dsrdump", "+Pl", "+Pc", path], capture_output=True, text=True, check=True)
    assert "Suspected fracture" in run.stdout
    assert '(72704001,SCT,"Fracture")=(52101004,SCT,"Present")' in run.stdout
    assert "(POLYLINE,20.25/60.5,70.75/60.5,70.75/110,20.25/110,20.25/60.5)" in run.stdout


@pytest.mark.parametrize("photometric_interpretation", ["MONOCHROME1", "MONOCHROME2"])
def test_bone_is_bright_where_the_overlay_is_applied(photometric_interpretation: str, tmp_path: Path) -> None:
    picture = make_picture()
    header = make_header(PhotometricInterpretation=photometric_interpretation, WindowCenter="2048", WindowWidth="4096")
    composition = compose_image(header)
    image, overlay, shown = tmp_path / "image.dcm", tmp_path / "overlay.dcm", tmp_path / "shown.pgm"
    stored = picture.astype(np.uint16) * 16
    header.PixelData = (stored if photometric_interpretation == "MONOCHROME2" else 4095 - stored).tobytes()
    header.save_as(image, implicit_vr=False, little_endian=True)
    overlay.write_bytes(pick(composition, DocumentKind.PRESENTATION_STATE)[0].content)
    subprocess.run(["dcmp2pgm", "-p", overlay, image, shown], capture_output=True, check=True)
    rendered = cv2.imread(str(shown), cv2.IMREAD_GRAYSCALE)
    assert rendered is not None
    assert rendered.shape == picture.shape
    assert np.corrcoef(rendered.ravel(), picture.ravel())[0, 1] > 0.99


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda ds: delattr(ds, "DisplayedAreaSelectionSequence"), "displayedAreaSelectionSQ"),
        (lambda ds: setattr(ds.DisplayedAreaSelectionSequence[0], "PresentationSizeMode", "WRONG"), "WRONG"),
        (lambda ds: setattr(ds, "PatientName", "Bell\x07^Rings"), "PatientName"),
    ],
)
def test_both_validators_are_heard_when_they_find_an_error(change: Callable, name: str, tmp_path: Path) -> None:
    document = pick(compose_image(make_header()), DocumentKind.PRESENTATION_STATE)[0]
    ds = dcmread(BytesIO(document.content))
    change(ds)
    ds.save_as(tmp_path / "wrong.dcm")
    errors = find_errors(tmp_path / "wrong.dcm", UID(document.sop_class_uid))
    assert any(each.startswith("dcmpschk") and name in each for each in errors)
    assert any(each.startswith("Error") for each in errors)


def test_a_utf_8_name_that_dcmpschk_misreads_is_no_error(tmp_path: Path) -> None:
    header = make_header(SpecificCharacterSet="ISO_IR 192", ReferringPhysicianName="Åkesson^Lena")
    assert_valid(compose_image(header).documents, tmp_path)
