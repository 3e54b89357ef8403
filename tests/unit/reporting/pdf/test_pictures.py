"""The pictures of the report: boxes where they are, whatever the size, and never a mirror image."""

import cv2
import numpy as np
import pytest

from domain.evidence_map import EvidenceMap
from domain.finding import Box, FractureState
from reporting.evidence import ImageEvidence
from reporting.pdf.pictures import Shown, choose_side_px, open_picture, show_heat, show_image, show_place, shrink
from reporting.statement import ImageStatement, state
from tests.fakes.report_sources import (
    COLUMNS,
    ROWS,
    draft_image,
    draft_images,
    find,
    make_context,
    make_header,
    make_picture,
    read_image,
    refuse_image,
)

BOX = Box("fracture", 0.93, 20.0, 60.0, 71.0, 110.0)


def decode(shown: Shown) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(shown.picture.jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return pixels


def show(image: ImageStatement, side_px: int = 900) -> Shown:
    picture = open_picture(image)
    assert picture is not None
    return show_image(image, shrink(picture, side_px))


def enlarge(image: ImageStatement) -> Shown | None:
    picture = open_picture(image)
    assert picture is not None
    return show_place(image, picture)


def draft_planted(box: Box = BOX, *, scale: float = 1.0) -> ImageStatement:
    """An image that is white within the box and dark elsewhere, its display picture reduced by a scale."""
    header = make_header()
    picture = np.full((ROWS, COLUMNS), 20, np.uint8)
    picture[round(box.y_min_px) : round(box.y_max_px), round(box.x_min_px) : round(box.x_max_px)] = 250
    display = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    statement = state(make_context(), find(read_image(header, boxes=(box,))), [ImageEvidence(header, display)])
    return statement.images[0]


def brightness_within(shown: Shown) -> tuple[float, float]:
    """Mean grey within the outline, and outside it."""
    pixels, outline = decode(shown).astype(float), shown.outlines[0]
    rows, columns = pixels.shape
    inside = np.zeros(pixels.shape, bool)
    top, bottom = round(outline.top * rows), round(outline.bottom * rows)
    inside[top:bottom, round(outline.left * columns) : round(outline.right * columns)] = True
    return float(pixels[inside].mean()), float(pixels[~inside].mean())


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.31])
@pytest.mark.parametrize("side_px", [900, 100])
def test_the_outline_lies_around_what_was_planted(scale: float, side_px: int) -> None:
    inside, outside = brightness_within(show(draft_planted(scale=scale), side_px))
    assert inside > 225
    assert outside < 35


@pytest.mark.parametrize("scale", [1.0, 0.5])
@pytest.mark.parametrize(
    "box",
    [BOX, Box("fracture", 0.9, 0.0, 0.0, 30.0, 20.0), Box("fracture", 0.9, 140.0, 200.0, 180.0, 240.0)],
)
def test_the_enlarged_place_shows_what_was_planted_within_its_outline(box: Box, scale: float) -> None:
    shown = enlarge(draft_planted(box, scale=scale))
    assert shown is not None
    inside, outside = brightness_within(shown)
    assert inside > 215
    assert outside < 60


def test_a_picture_is_not_mirrored() -> None:
    shown = show(draft_image(make_header()).images[0])
    assert np.abs(decode(shown).astype(int) - make_picture()).max() < 25


def test_doubt_is_dashed_and_every_place_has_its_number() -> None:
    other = Box("fracture", 0.5, 100.0, 20.0, 150.0, 60.0)
    for level in (FractureState.PRESENT, FractureState.DOUBT):
        shown = show(draft_image(make_header(), level, boxes=(BOX, other)).images[0])
        assert [outline.label for outline in shown.outlines] == ["1: 93%", "2: 50%"]
        assert {outline.dashed for outline in shown.outlines} == {level is FractureState.DOUBT}


def test_what_was_not_read_has_no_box_and_no_place() -> None:
    header = make_header()
    image = draft_images((header, refuse_image(header))).images[0]
    assert show(image).outlines == ()
    assert enlarge(image) is None


def test_more_images_have_smaller_pictures() -> None:
    sides = [choose_side_px(images) for images in (1, 4, 5, 12, 13, 40, 41, 500)]
    assert sides == sorted(sides, reverse=True)
    assert sides[0] > sides[-1] > 0


def test_the_heat_is_where_the_model_looked_and_not_in_the_mirror() -> None:
    header = make_header()
    cells = np.zeros((4, 3), "<f4")
    cells[3, 0] = 1.0  # the last row, the first column
    width, height = COLUMNS / 3, ROWS / 4
    evidence = EvidenceMap(header.SOPInstanceUID, "m", "grad-cam", 4, 3, cells.tobytes(), 0.0, 0.0, width, height)
    grey = np.full((ROWS, COLUMNS), 90, np.uint8)
    image = draft_image(header).images[0]
    red = decode(show_heat(image, evidence, grey))[..., 2].astype(int)
    warm = red - decode(show_heat(image, evidence, grey))[..., 0] > 60
    rows, columns = np.nonzero(warm)
    assert rows.min() > ROWS / 2
    assert columns.max() < COLUMNS / 2
