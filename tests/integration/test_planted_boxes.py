"""A rectangle planted in the pixels comes back from every document at its own place, however the image was stored.

Each way back is also given a box that a wrong transform moved, and must refuse it.
"""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydicom import Dataset

from domain.document import DocumentKind
from domain.finding import FractureState
from inference.preprocess import letterbox, stretch_to_square
from reporting.captures.secondary_capture import COLOURS
from reporting.pdf.pictures import open_picture, show_image, shrink
from tests.fakes.planted_boxes import (
    Edges,
    Pixels,
    Scene,
    assert_shown_as_stored,
    is_bright,
    look,
    measure,
    see,
    state_box,
)
from tests.fakes.report_sources import open_document

PLAIN = Scene()


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Return a scene whose rectangle is large enough to be seen on a small capture, and has dark pixels around it."""
    rows, columns = draw(st.integers(200, 420)), draw(st.integers(200, 420))
    left, top = draw(st.integers(25, columns - 115)), draw(st.integers(25, rows - 115))
    width, height = draw(st.integers(80, columns - left - 25)), draw(st.integers(80, rows - top - 25))
    return Scene(
        rows,
        columns,
        (left, top, left + width, top + height),
        quarter_turns=draw(st.integers(0, 3)),
        mirrored=draw(st.booleans()),
        inverse=draw(st.booleans()),
        aspect=draw(st.sampled_from([(1, 1), (4, 3), (1, 2)])),
        cut=draw(st.sampled_from([(0, 0), (11, 0), (3, 17)])),
        state=draw(st.sampled_from([FractureState.PRESENT, FractureState.DOUBT])),
        capture_side_px=draw(st.sampled_from([2048, 256])),
    )


def check_coordinates(ds: Dataset, points: object) -> None:
    """A polyline encloses the rectangle's pixels, all of them and no other."""
    line = np.asarray(points, np.float64).reshape(-1, 2)
    assert (line[0] == line[-1]).all()
    (left, top), (right, bottom) = line.min(axis=0), line.max(axis=0)
    within = np.zeros((ds.Rows, ds.Columns), bool)
    within[round(top) : round(bottom), round(left) : round(right)] = True
    assert np.array_equal(within, see(ds))


def check_report(scene: Scene, ds: Dataset, edges: Edges) -> None:
    report = open_document(state_box(scene, ds, edges), DocumentKind.STRUCTURED_REPORT)
    groups = report.ContentSequence[-1].ContentSequence
    (region,) = [each for each in groups[-1].ContentSequence if each.ValueType == "SCOORD"]
    check_coordinates(ds, region.GraphicData)
    assert region.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == ds.SOPInstanceUID


def check_overlay(scene: Scene, ds: Dataset, edges: Edges) -> None:
    overlay = open_document(state_box(scene, ds, edges), DocumentKind.PRESENTATION_STATE)
    (drawn,) = overlay.GraphicAnnotationSequence[0].GraphicObjectSequence
    check_coordinates(ds, drawn.GraphicData)
    assert "ImageRotation" not in overlay  # as stored: coordinates are of the stored pixels


def check_capture(scene: Scene, ds: Dataset, edges: Edges) -> None:
    """The outline in the capture's colours goes around what is bright in the capture's own pixels."""
    capture = open_document(state_box(scene, ds, edges), DocumentKind.SECONDARY_CAPTURE)
    assert list(capture.PatientOrientation) == scene.orientation
    check_outline(capture.pixel_array, scene.state, exact=is_shown_as_stored(scene, ds))
    assert_shown_as_stored(capture.pixel_array, see(ds))


def check_summary(scene: Scene, ds: Dataset, edges: Edges) -> None:
    summary = open_document(state_box(scene, ds, edges), DocumentKind.SUMMARY_CAPTURE)
    if scene.capture_side_px > 1600:  # else the page itself is made smaller, outlines and all
        check_outline(summary.pixel_array, scene.state, exact=False)


def check_pdf(scene: Scene, ds: Dataset, edges: Edges) -> None:
    """The outline that the PDF draws over its picture goes around what is bright in the picture."""
    (image,) = state_box(scene, ds, edges).images
    picture = open_picture(image)
    assert picture is not None
    shown = show_image(image, shrink(picture, scene.capture_side_px))
    pixels = cv2.imdecode(np.frombuffer(shown.picture.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert pixels is not None
    (outline,) = shown.outlines
    rows, columns = pixels.shape
    drawn = outline.left * columns, outline.top * rows, outline.right * columns, outline.bottom * rows
    slack = 0.5 if is_shown_as_stored(scene, ds) else 1.5
    assert np.abs(np.subtract(drawn, measure(pixels > 128))).max() < slack


def is_shown_as_stored(scene: Scene, ds: Dataset) -> bool:
    return scene.aspect == (1, 1) and max(ds.Rows, ds.Columns) <= scene.capture_side_px


def check_outline(pixels: Pixels, state: FractureState, *, exact: bool) -> None:
    """Each edge of what is bright has a line of the level's colour beside it, within a pixel, and none on it."""
    left, top, right, bottom = measure(is_bright(pixels))
    coloured = np.all(pixels == COLOURS[state], axis=-1)
    slack = 0 if exact else 1
    assert not coloured[top + slack : bottom - slack, left + slack : right - slack].any()
    for edge, profile in (
        (left - 1, coloured[top:bottom].mean(axis=0)),
        (right, coloured[top:bottom].mean(axis=0)),
        (top - 1, coloured[:, left:right].mean(axis=1)),
        (bottom, coloured[:, left:right].mean(axis=1)),
    ):
        assert profile[edge - slack : edge + slack + 1].max() > 0.3


CHECKS: dict[str, Callable[[Scene, Dataset, Edges], None]] = {
    "structured report": check_report,
    "presentation state": check_overlay,
    "secondary capture": check_capture,
    "summary": check_summary,
    "picture in the PDF": check_pdf,
}


@settings(max_examples=12)
@given(scene=scenes())
@example(scene=Scene(394, 200, (25, 25, 105, 197), aspect=(4, 3), state=FractureState.DOUBT))  # a line on the edge
@pytest.mark.parametrize("name", CHECKS)
def test_a_box_comes_back_at_its_own_pixels(name: str, scene: Scene) -> None:
    ds = scene.store()
    CHECKS[name](scene, ds, measure(see(ds)))


@settings(max_examples=40)
@given(scene=scenes(), side_px=st.integers(96, 512))
@pytest.mark.parametrize("fit", [letterbox, stretch_to_square])
def test_what_a_model_finds_on_its_canvas_is_told_in_stored_pixels(fit: Callable, scene: Scene, side_px: int) -> None:
    ds = scene.store()
    canvas, geometry = fit(look(ds).display, side_px)
    left, top, right, bottom = measure(canvas > 0.5)
    found = (*geometry.to_stored(left, top), *geometry.to_stored(right, bottom))
    scale = min(geometry.scale_x, geometry.scale_y)
    assert np.abs(np.subtract(found, measure(see(ds)))).max() <= max(1.0, 1.0 / scale)


def move(across: int, down: int) -> Callable[[Edges, Dataset], Edges]:
    return lambda edges, _: (edges[0] + across, edges[1] + down, edges[2] + across, edges[3] + down)


#: What a mistake would make of a box.
MISTAKES: dict[str, Callable[[Edges, Dataset], Edges]] = {
    "a column off": move(1, 0),
    "a row off": move(0, -1),
    "a pixel too large": lambda edges, _: (edges[0], edges[1], edges[2] + 1, edges[3] + 1),
    "mirrored": lambda edges, ds: (ds.Columns - edges[2], edges[1], ds.Columns - edges[0], edges[3]),
    "upside down": lambda edges, ds: (edges[0], ds.Rows - edges[3], edges[2], ds.Rows - edges[1]),
    "axes swapped": lambda edges, _: (edges[1], edges[0], edges[3], edges[2]),
    "turned": lambda edges, ds: (ds.Columns - edges[3], edges[0], ds.Columns - edges[1], edges[2]),
    "on the canvas": lambda edges, _: (edges[0] // 2, edges[1] // 2, edges[2] // 2, edges[3] // 2),
}
#: What a thumbnail, which is smaller than the image, cannot show.
_TOO_SMALL_TO_SEE = {"a column off", "a row off", "a pixel too large"}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("name", CHECKS)
def test_a_box_that_a_wrong_transform_moved_is_noticed(name: str, mistake: str) -> None:
    scene = replace(PLAIN, planted=(60, 170, 140, 260), rows=300, columns=300)
    ds = scene.store()
    edges = measure(see(ds))
    CHECKS[name](scene, ds, edges)
    if name == "summary" and mistake in _TOO_SMALL_TO_SEE:
        return
    with pytest.raises(AssertionError):
        CHECKS[name](scene, ds, MISTAKES[mistake](edges, ds))


def test_a_model_that_forgot_the_letterbox_is_noticed() -> None:
    ds = replace(PLAIN, rows=420).store()
    canvas, geometry = letterbox(look(ds).display, 210)
    left, top, right, bottom = measure(canvas > 0.5)
    truth = np.asarray(measure(see(ds)))
    found = np.asarray([*geometry.to_stored(left, top), *geometry.to_stored(right, bottom)])
    without_bars = np.asarray([left, top, right, bottom]) / geometry.scale_y
    assert np.abs(found - truth).max() <= 2
    assert np.abs(without_bars - truth).max() > 20
