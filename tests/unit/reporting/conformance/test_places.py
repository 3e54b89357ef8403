"""A document whose coordinates leave their image, or a box that is not its finding's, does not leave."""

from collections.abc import Callable

import numpy as np
import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from tests.fakes.report_sources import BOX, COLUMNS, ROWS
from tests.fakes.spoilt_documents import assert_refused, group, item

REPORT, OVERLAY = DocumentKind.STRUCTURED_REPORT, DocumentKind.PRESENTATION_STATE
Move = Callable[[np.ndarray], np.ndarray]


def graphics(ds: Dataset) -> Dataset:
    """The element that holds the box: of a report, or of a presentation state."""
    if "ContentSequence" in ds:
        return item(group(ds, 2), "111030")
    drawn: Dataset = ds.GraphicAnnotationSequence[0].GraphicObjectSequence[0]
    return drawn


def move(how: Move) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        points = np.asarray(graphics(ds).GraphicData, np.float64).reshape(-1, 2)
        graphics(ds).GraphicData = [float(value) for value in how(points).ravel()]

    return change


#: What a mistaken transform does to a box, and how the refusal names it.
MOVED: dict[str, tuple[Move, str]] = {
    "beyond the last column": (lambda p: np.add(p, [COLUMNS - BOX.x_max_px + 0.5, 0]), "is outside its image"),
    "beyond the last row": (lambda p: np.add(p, [0, ROWS - BOX.y_max_px + 0.5]), "is outside its image"),
    "before the first column": (lambda p: p - [BOX.x_min_px + 0.5, 0], "is outside its image"),
    "before the first row": (lambda p: p - [0, BOX.y_min_px + 0.5], "is outside its image"),
    "no numbers": (lambda p: np.full_like(p, np.nan), "is outside its image"),
    "off by one": (lambda p: p + 1, "is not the box of its finding"),
    "off by half a pixel": (lambda p: p + 0.5, "is not the box of its finding"),
    "mirrored": (lambda p: [COLUMNS, 0] + p * [-1, 1], "is not the box of its finding"),
    "upside down": (lambda p: [0, ROWS] + p * [1, -1], "is not the box of its finding"),
    "swapped axes": (lambda p: p[:, ::-1], "is not the box of its finding"),
    "scaled": (lambda p: p / 2, "is not the box of its finding"),
    "open": (lambda p: p[:4], "is not the box of its finding"),
    "crossed": (lambda p: p[[0, 2, 1, 3, 0]], "is not the box of its finding"),
}


@pytest.mark.parametrize("kind", [REPORT, OVERLAY])
@pytest.mark.parametrize("name", MOVED)
def test_a_box_at_another_place_is_refused(kind: DocumentKind, name: str) -> None:
    how, problem = MOVED[name]
    keyword = {REPORT: "SCOORD", OVERLAY: "GraphicData"}[kind]
    assert_refused(kind, move(how), f"{keyword} {problem}")


def put_text(**elements: object) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        for keyword, value in elements.items():
            setattr(ds.GraphicAnnotationSequence[0].TextObjectSequence[-1], keyword, value)

    return change


def show(**elements: object) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        for keyword, value in elements.items():
            setattr(ds.DisplayedAreaSelectionSequence[0], keyword, value)

    return change


def refer(ds: Dataset) -> None:
    ds.GraphicAnnotationSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID = "1.2.3"


def draw_twice(ds: Dataset) -> None:
    ds.GraphicAnnotationSequence[0].GraphicObjectSequence.append(graphics(ds))


def draw_nothing(ds: Dataset) -> None:
    del ds.GraphicAnnotationSequence[0].GraphicObjectSequence


def track_another(ds: Dataset) -> None:
    graphics(ds).TrackingUID = "1.2.3"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (put_text(BoundingBoxTopLeftHandCorner=[-1.0, 10.0]), "BoundingBoxTopLeftHandCorner is outside its image"),
        (put_text(BoundingBoxBottomRightHandCorner=[10.0, ROWS + 1.0]), "BottomRightHandCorner is outside its image"),
        (put_text(BoundingBoxAnnotationUnits="DISPLAY"), "is outside its image"),
        (put_text(AnchorPointAnnotationUnits="PIXEL", AnchorPoint=[COLUMNS + 1.0, 0.0]), "AnchorPoint is outside"),
        (show(DisplayedAreaBottomRightHandCorner=[COLUMNS, ROWS - 1]), "DisplayedArea is not the whole image"),
        (show(DisplayedAreaBottomRightHandCorner=[ROWS, COLUMNS]), "DisplayedArea is not the whole image"),
        (show(DisplayedAreaTopLeftHandCorner=[0, 0]), "DisplayedArea is not the whole image"),
        (refer, "GraphicData is on no image of the study"),
        (draw_twice, "a finding is not marked once"),
        (draw_nothing, "a finding is not marked once"),
        (track_another, "GraphicData is not the box of its finding"),
    ],
)
def test_an_overlay_that_would_mislead_is_refused(change: Callable[[Dataset], None], problem: str) -> None:
    assert_refused(OVERLAY, change, problem)


def take_the_other_image(ds: Dataset) -> None:
    other = group(ds, 0).ContentSequence
    second = [each for each in other if each.ValueType == "IMAGE"][1].ReferencedSOPSequence
    item(group(ds, 2), "111030").ContentSequence[0].ReferencedSOPSequence = second


def leave_out_the_box(ds: Dataset) -> None:
    item(ds, "126010").ContentSequence.pop()


def shrink_the_whole_image(ds: Dataset) -> None:
    item(group(ds, 1), "111012").ContentSequence[0].GraphicData = [0, 0, COLUMNS - 1, 0, COLUMNS - 1, ROWS, 0, ROWS]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (shrink_the_whole_image, "SCOORD of a number is not the whole image"),
        (take_the_other_image, "SCOORD is not the box of its finding"),
        (leave_out_the_box, "a finding is not marked once"),
    ],
)
def test_a_report_with_a_box_on_another_image_or_without_one_is_refused(
    change: Callable[[Dataset], None], problem: str
) -> None:
    assert_refused(REPORT, change, problem)
