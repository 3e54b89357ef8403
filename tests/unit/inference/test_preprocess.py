"""What a model sees, and the way back to the stored image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.grey_image import GreyImage
from inference.preprocess import (
    BORDER_GREY,
    STRETCH_PERCENTILES,
    darken_border,
    letterbox,
    stretch_contrast,
    stretch_greys,
)

SIDES = st.integers(40, 900)


@given(rows=SIDES, columns=SIDES, x=st.floats(0, 1), y=st.floats(0, 1), side_px=st.sampled_from([256, 448]))
@settings(deadline=None, max_examples=80)
def test_a_point_comes_back_from_the_canvas(rows: int, columns: int, x: float, y: float, side_px: int) -> None:
    _, geometry = letterbox(np.zeros((rows, columns), np.float32), side_px)
    stored = (x * columns, y * rows)
    assert geometry.to_stored(*geometry.to_canvas(*stored)) == pytest.approx(stored, abs=1e-6)


@given(rows=SIDES, columns=SIDES, x=st.floats(0.1, 0.9), y=st.floats(0.1, 0.9))
@settings(deadline=None, max_examples=60)
def test_what_is_planted_lies_where_the_geometry_says(rows: int, columns: int, x: float, y: float) -> None:
    image = np.zeros((rows, columns), np.float32)
    top, left, size = int(y * rows), int(x * columns), max(rows, columns) // 20
    image[top : top + size, left : left + size] = 1.0
    canvas, geometry = letterbox(image, 448)
    down, across = np.nonzero(canvas > 0.5)
    bottom, right = min(top + size, rows), min(left + size, columns)
    wanted = geometry.to_canvas((left + right) / 2, (top + bottom) / 2)
    assert (across.mean() + 0.5, down.mean() + 0.5) == pytest.approx(wanted, abs=1.0)


def test_the_shorter_side_is_centred_on_black() -> None:
    canvas, geometry = letterbox(np.ones((100, 50), np.float32), 200)
    assert (geometry.left_px, geometry.top_px) == (50, 0)
    assert not canvas[:, :50].any()
    assert canvas[:, 50:150].all()


def test_contrast_does_not_depend_on_the_scale_of_the_values() -> None:
    values = np.random.default_rng(0).random((80, 60))
    assert np.allclose(stretch_contrast(values), stretch_contrast(values * 4000 + 17), atol=1e-4)


def test_the_stretch_gives_to_the_last_bit_what_its_formula_says() -> None:
    values = np.random.default_rng(5).random((1100, 1000), dtype=np.float32)
    kept = values.copy()
    low, high = (np.float32(each) for each in np.percentile(values[::4, ::4], STRETCH_PERCENTILES))
    assert np.array_equal(stretch_contrast(values), np.clip((values - low) / (high - low), 0, 1))
    assert np.array_equal(values, kept)


@pytest.mark.parametrize("shape", [(90, 70), (1100, 1000)])
def test_a_stretched_table_shows_to_the_last_bit_what_stretched_pixels_are(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(7)
    image = GreyImage(random.integers(0, 4096, shape).astype(np.uint16), random.random(4096, dtype=np.float32))
    assert np.array_equal(stretch_greys(image).pixels(), stretch_contrast(image.pixels()))


def test_a_flat_image_stays_finite() -> None:
    assert not stretch_contrast(np.full((50, 50), 7)).any()


def limb(border: str) -> np.ndarray:
    """Return a grey limb on black, with one white border of a fifth of the picture."""
    image = np.zeros((100, 100), np.float32)
    image[:, 40:60] = 0.6
    edge = {"left": np.s_[:, :20], "right": np.s_[:, 80:], "top": np.s_[:20, :], "bottom": np.s_[80:, :]}
    image[edge[border]] = 1.0
    return image


@pytest.mark.parametrize("border", ["left", "right", "top", "bottom"])
def test_a_white_border_turns_black_and_the_limb_stays(border: str) -> None:
    darkened = darken_border(limb(border))
    assert darkened.max() == pytest.approx(0.6)
    assert np.array_equal(darkened[20:80, 20:80], limb(border)[20:80, 20:80])


def test_borders_on_three_sides_all_turn_black() -> None:
    image = np.maximum(np.maximum(limb("left"), limb("right")), limb("bottom"))
    assert darken_border(image).max() == pytest.approx(0.6)


def test_bone_that_reaches_the_edge_stays() -> None:
    image = np.zeros((100, 100), np.float32)
    image[:, :20] = np.where(np.arange(100) < 60, 1.0, 0.0)[:, None]
    assert np.array_equal(darken_border(image), image)


def test_an_image_that_is_white_throughout_stays() -> None:
    image = np.ones((60, 60), np.float32)
    assert np.array_equal(darken_border(image), image)


@pytest.mark.parametrize(("left", "bottom"), [(0, 0), (9, 0), (0, 21), (13, 17)])
def test_exactly_the_white_lines_at_the_edges_are_darkened(left: int, bottom: int) -> None:
    image = np.random.default_rng(left).random((121, 83), dtype=np.float32) * BORDER_GREY * 0.9
    image[:, :left] = image[121 - bottom :] = 1.0
    expected = image.copy()
    expected[:, :left] = expected[121 - bottom :] = 0.0
    assert np.array_equal(darken_border(image), expected)
