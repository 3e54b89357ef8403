import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.evidence_map import EvidenceMap
from reporting.captures.heat_picture import LEAST_TOP, describe_scale, find_top, spread_evidence, tint_by_heat
from tests.fakes.report_sources import make_picture


def plant(row: int, column: int, **place: float) -> EvidenceMap:
    """A map of 12 x 9 cells with one hot cell."""
    cells = np.zeros((12, 9), "<f4")
    cells[row, column] = 1.0
    return EvidenceMap("1.2.3", "a-model", "grad-cam", 12, 9, cells.tobytes(), **place)


@settings(deadline=None, max_examples=60)
@given(
    cell=st.tuples(st.integers(1, 10), st.integers(1, 7)),  # those at the edge go on beyond it
    size=st.tuples(st.floats(20, 300), st.floats(20, 300)),
    corner=st.tuples(st.floats(-150, 0), st.floats(-150, 0)),
    shape=st.tuples(st.integers(200, 700), st.integers(200, 700)),
)
def test_a_hot_cell_is_hottest_over_its_own_place_on_a_picture_of_any_size_and_shape(
    cell: tuple[int, int], size: tuple[float, float], corner: tuple[float, float], shape: tuple[int, int]
) -> None:
    (height, width), (top, left) = size, corner
    evidence = plant(*cell, left_px=left, top_px=top, cell_width_px=width, cell_height_px=height)
    stored = round(12 * height + top), round(9 * width + left)
    middle_y, middle_x = (cell[0] + 0.5) * height + top, (cell[1] + 0.5) * width + left
    if not (0 < middle_y < stored[0] and 0 < middle_x < stored[1]):
        return  # the cell lies on the margin of the canvas, beside the image
    heat = spread_evidence(evidence, stored, shape)
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    assert abs((row + 0.5) * stored[0] / shape[0] - middle_y) <= 0.08 * height + stored[0] / shape[0]
    assert abs((column + 0.5) * stored[1] / shape[1] - middle_x) <= 0.08 * width + stored[1] / shape[1]


def test_cold_places_stay_grey_to_the_last_bit_and_hot_ones_are_coloured() -> None:
    picture, heat = make_picture(), np.zeros((240, 180), np.float32)
    heat[100:120, 50:90] = 0.5
    shown = tint_by_heat(picture, heat, 0.5)
    cold = heat == 0
    assert np.array_equal(shown[cold], np.repeat(picture[cold][:, None], 3, axis=1))
    assert (np.ptp(shown[~cold].astype(int), axis=1) > 60).all()


@pytest.mark.parametrize("level", [0.1, 0.5, 1.0])
def test_bone_is_still_to_be_told_from_what_lies_beside_it(level: float) -> None:
    edge = np.repeat(np.array([[60, 180]], np.uint8), 4, axis=0)
    shown = tint_by_heat(edge, np.full(edge.shape, level, np.float32), 1.0).astype(int)
    assert (shown[:, 1] - shown[:, 0] >= 50).all()


def test_hotter_is_brighter_and_warmer_all_the_way() -> None:
    colours = describe_scale(1.0).colours.astype(int)
    hot = colours[102:]
    assert (np.diff(hot @ [299, 587, 114]) >= -1500).all()  # thousandths of a level: rounding
    assert (hot[-1] @ [299, 587, 114]) - (hot[0] @ [299, 587, 114]) > 50_000


def test_a_map_that_is_nowhere_warm_does_not_look_as_if_it_were() -> None:
    heat = np.full((10, 10), 0.01, np.float32)
    assert find_top(heat) == LEAST_TOP
    shown = tint_by_heat(np.full((10, 10), 100, np.uint8), heat, find_top(heat)).astype(int)
    assert np.ptp(shown, axis=2).max() <= 10


def test_the_scale_says_its_numbers() -> None:
    scale = describe_scale(0.654)
    assert (scale.low, scale.high) == ("0", "0.65")
    assert "not a probability" in scale.words
    assert scale.colours.shape == (256, 3)
