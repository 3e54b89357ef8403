"""Our documents as people see them, in OHIF, Orthanc's own viewer and DICOMscope; compared by region, not by pixel."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset

from domain.document import DocumentKind
from tests.peers.browser import take_picture
from tests.peers.dicomscope import find_canvas, run_dicomscope
from tests.peers.ohif import Ohif, run_ohif
from tests.peers.orthanc import Orthanc
from tests.peers.picture_regions import cover_outline, cut, find_likeness, find_scale, is_like
from tests.peers.poppler import render
from tests.system.viewed_marks import find_boxes, find_frame, window
from tests.system.viewed_studies import ViewedStudy, hold_in_orthanc, read_samples

pytestmark = [pytest.mark.viewers, pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(400)]
needs_browser = pytest.mark.peer("orthanc", "orthanc-dicomweb", "orthanc-webviewer", "chromium")
needs_ohif = pytest.mark.peer("orthanc", "orthanc-dicomweb", "orthanc-webviewer", "chromium", "ohif")
needs_poppler = pytest.mark.peer("poppler-utils")
needs_dicomscope = pytest.mark.peer("dcmtk", "dicomscope", "xvfb", "xdotool")

WRIST, FOREARM, CHEST = "wrist-fracture", "forearm-fracture", "chest"
YELLOW, WHITE = (255, 255, 0), (255, 255, 255)
REPORT, CAPTURES, HEAT_MAPS, PDF = "AI FRACTURE REPORT", "AI FRACTURE IMAGE", "AI HEAT MAP", "AI FRACTURE PDF"
#: A box this far off is another place.
OFF_PX = 8

Picture = NDArray[np.uint8]
Keep = Callable[[str, Picture], None]


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ViewedStudy]:
    return read_samples(tmp_path_factory.mktemp("viewed"), (WRIST, FOREARM, CHEST))


@pytest.fixture(scope="module")
def orthanc(studies: dict[str, ViewedStudy], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    with hold_in_orthanc(tmp_path_factory.mktemp("orthanc"), list(studies.values())) as orthanc:
        yield orthanc


@pytest.fixture(scope="module")
def ohif(orthanc: Orthanc) -> Iterator[Ohif]:
    with run_ohif(orthanc.url) as ohif:
        yield ohif


@pytest.fixture
def keep_picture(pytestconfig: pytest.Config) -> Keep:
    """Write a picture to the folder of `--screenshots`, small enough for a page that shows it."""
    folder = pytestconfig.getoption("--screenshots")

    def keep(name: str, picture: Picture) -> None:
        if folder is not None:
            Image.fromarray(picture).save(folder / f"{name}.jpg", quality=85, optimize=True)

    return keep


def assert_drawn_there_and_nowhere_near(mask: NDArray[np.bool_], corners: NDArray[np.float64]) -> None:
    """See an outline where it must be; a mirrored one, or one a few pixels off, would not be seen."""
    assert cover_outline(mask, corners) > 0.8
    for off in ((OFF_PX, 0), (-OFF_PX, 0), (0, OFF_PX), (0, -OFF_PX)):
        assert cover_outline(mask, corners + off) < 0.5
    assert cover_outline(mask, (mask.shape[1], 0) + corners * (-1, 1)) < 0.5


@needs_ohif
def test_ohif_draws_the_box_of_the_report_where_it_was_found_and_says_how_certain_it_is(
    ohif: Ohif, studies: dict[str, ViewedStudy], keep_picture: Keep
) -> None:
    study = studies[WRIST]
    report = pydicom.dcmread(study.paths(DocumentKind.STRUCTURED_REPORT)[0])
    ohif.open_study(study.study_instance_uid)
    ohif.open_report(REPORT)
    picture = ohif.take_picture()
    keep_picture("ohif-report", picture)
    box = find_boxes(report)[ohif.shown_image()]
    assert_drawn_there_and_nowhere_near(is_like(picture, YELLOW), ohif.place(box.outline))
    (label,) = ohif.labels()
    assert label.lines == (f"Certainty of Finding: {box.percent:.2f} %", "363698007: Wrist joint")
    assert is_like(cut(picture, label.frame_px), YELLOW).mean() > 0.05
    assert not ohif.has_failed()


@needs_ohif
def test_ohif_opens_the_summary_first_and_then_the_capture_of_each_image(
    ohif: Ohif, studies: dict[str, ViewedStudy], keep_picture: Keep
) -> None:
    study = studies[WRIST]
    captures = [*study.paths(DocumentKind.SUMMARY_CAPTURE), *study.paths(DocumentKind.SECONDARY_CAPTURE)]
    ohif.open_study(study.study_instance_uid)
    ohif.open_series(CAPTURES)
    for number, path in enumerate(captures):
        capture = pydicom.dcmread(path)
        if number:
            ohif.step()
        ohif.wait_for_image(capture.SOPInstanceUID)
        picture = ohif.take_picture()
        if number < 2:
            keep_picture(("ohif-summary", "ohif-capture")[number], picture)
        assert_shown(capture, ohif, picture)


def assert_shown(capture: Dataset, ohif: Ohif, picture: Picture) -> None:
    """See a capture on the page, as large as the viewer says that it shows it."""
    (left, _), (right, _) = ohif.place([(0, 0), (capture.Columns, 0)])
    assert ohif.shown_image() == capture.SOPInstanceUID
    assert find_likeness(picture, capture.pixel_array, (right - left) / capture.Columns) > 0.9
    assert not ohif.has_failed()


@needs_ohif
def test_ohif_shows_where_the_model_looked(ohif: Ohif, studies: dict[str, ViewedStudy], keep_picture: Keep) -> None:
    study = studies[WRIST]
    capture = pydicom.dcmread(study.paths(DocumentKind.HEAT_MAP_CAPTURE)[0])
    ohif.open_study(study.study_instance_uid)
    ohif.open_series(HEAT_MAPS)
    ohif.wait_for_image(capture.SOPInstanceUID)
    picture = ohif.take_picture()
    keep_picture("ohif-heat-map", picture)
    assert_shown(capture, ohif, picture)


@needs_ohif
@needs_poppler
def test_ohif_opens_the_report_as_a_pdf(
    ohif: Ohif, studies: dict[str, ViewedStudy], tmp_path: Path, keep_picture: Keep
) -> None:
    study = studies[WRIST]
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(pydicom.dcmread(study.paths(DocumentKind.ENCAPSULATED_PDF)[0]).EncapsulatedDocument)
    page = render(pdf)
    ohif.open_study(study.study_instance_uid)
    picture = ohif.open_file(PDF)
    keep_picture("ohif-pdf", picture)
    first_third = page[: len(page) // 3]
    likeness, scale = find_scale(picture, first_third, np.arange(0.5, 0.8, 0.01))
    assert likeness > 0.8
    assert find_likeness(picture, first_third[:, ::-1], scale) < 0.5


@needs_ohif
def test_ohif_opens_the_report_on_a_study_that_nobody_could_read(ohif: Ohif, studies: dict[str, ViewedStudy]) -> None:
    study = studies[CHEST]
    ohif.open_study(study.study_instance_uid)
    ohif.open_report(REPORT, asks=False)
    assert not ohif.has_failed()
    assert ohif.labels() == []
    assert ohif.shown_image() == study.header(study.images[0]).SOPInstanceUID


@needs_browser
def test_orthanc_shows_the_captures_in_its_own_viewer(
    ohif: Ohif, orthanc: Orthanc, studies: dict[str, ViewedStudy], keep_picture: Keep
) -> None:
    summary = pydicom.dcmread(studies[WRIST].paths(DocumentKind.SUMMARY_CAPTURE)[0])
    (series,) = orthanc.post("/tools/lookup", str(summary.SeriesInstanceUID).encode())
    ohif.page.goto(f"{orthanc.url}/web-viewer/app/viewer.html?series={series['ID']}")
    ohif.page.get_by_text("Zoom: ").wait_for()
    ohif.page.wait_for_timeout(1500)
    picture = take_picture(ohif.page)
    keep_picture("orthanc-summary", picture)
    canvas = ohif.page.locator("canvas").first.bounding_box()
    assert canvas is not None
    scale = min(canvas["width"] / summary.Columns, canvas["height"] / summary.Rows)
    assert find_likeness(picture, summary.pixel_array, scale) > 0.9


@needs_dicomscope
@pytest.mark.parametrize("name", [WRIST, FOREARM], ids=["bone stored bright", "bone stored dark"])
def test_dicomscope_draws_the_box_and_the_words_of_the_presentation_state(
    name: str, studies: dict[str, ViewedStudy], tmp_path: Path, keep_picture: Keep
) -> None:
    study = studies[name]
    image, overlay = study.images[0], study.paths(DocumentKind.PRESENTATION_STATE)[0]
    with run_dicomscope(tmp_path, image, overlay) as viewer:
        picture = viewer.show_presentation()
    if name == WRIST:
        keep_picture("dicomscope-overlay", picture)
    canvas = find_canvas(picture)
    assert canvas is not None
    drawn, plain = cut(picture, canvas), window(pydicom.dcmread(image), rows=canvas[3] - canvas[1])
    (annotation,) = pydicom.dcmread(overlay).GraphicAnnotationSequence
    (graphic,) = annotation.GraphicObjectSequence
    corners = np.array(graphic.GraphicData).reshape(-1, 2) * plain.shape[0] / study.header(image).Rows
    assert_drawn_there_and_nowhere_near(is_like(drawn, WHITE, within=20), corners)
    assert find_likeness(drawn, plain, 1.0) > 0.9  # the marks take some
    marks = is_like(drawn, WHITE)
    marks[:, : plain.shape[1]] &= cv2.dilate(plain, np.ones((7, 7), np.uint8)) < 150
    for text in annotation.TextObjectSequence:
        frame = find_frame(text, drawn, plain.shape[0] / study.header(image).Rows)
        assert marks[frame].mean() > 0.02, text.UnformattedTextValue
        marks[frame] = False
    left, top, right, bottom = (round(edge) for edge in (*corners.min(axis=0), *corners.max(axis=0)))
    marks[top - 3 : bottom + 4, left - 3 : right + 4] = False
    assert marks.sum() < 50  # a comma may hang out of its line
