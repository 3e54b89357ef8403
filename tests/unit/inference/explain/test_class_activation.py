import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.finding import Box
from inference.calibration import sigmoid
from inference.explain.class_activation import FLOOR, MAX_BOXES, Frame, Map, find_boxes, heat_map, relative_heat
from inference.preprocess import letterbox

CELLS, CELL_PX = 32, 16
SIDE_PX = CELLS * CELL_PX
COLD, HOT = -9.0, 4.0


def _frame(rows: int, columns: int) -> Frame:
    _, geometry = letterbox(np.zeros((rows, columns), dtype=np.float32), SIDE_PX)
    return Frame(geometry, CELL_PX, rows, columns)


def _map(*hot: tuple[int, int, float]) -> Map:
    cells = np.full((CELLS, CELLS), COLD, dtype=np.float32)
    for row, column, logit in hot:
        cells[row, column] = logit
    return cells


def _cell_of(frame: Frame, x_px: float, y_px: float) -> tuple[int, int]:
    x, y = frame.letterbox.to_canvas(x_px, y_px)
    return int(y // CELL_PX), int(x // CELL_PX)


def _holds(box: Box, x_px: float, y_px: float, margin_px: float) -> bool:
    across = box.x_min_px - margin_px <= x_px <= box.x_max_px + margin_px
    return across and box.y_min_px - margin_px <= y_px <= box.y_max_px + margin_px


sizes = st.integers(64, 3000)
places = st.floats(0.02, 0.98)


@settings(deadline=None)
@given(rows=sizes, columns=sizes, across=places, down=places)
def test_a_find_comes_back_at_the_stored_pixels_it_was_planted_at(
    rows: int, columns: int, across: float, down: float
) -> None:
    frame, x, y = _frame(rows, columns), across * columns, down * rows
    cell_px = CELL_PX / min(frame.letterbox.scale_x, frame.letterbox.scale_y)
    row, column = _cell_of(frame, x, y)
    if not frame.covers((CELLS, CELLS))[row, column]:
        return  # the point lies in a cell whose centre is on the black around the image
    (box,) = find_boxes(_map((row, column, HOT)), frame, sigmoid)
    assert _holds(box, x, y, margin_px=cell_px * 0.26)
    # Not larger than the cell and the half of its neighbours: a mirrored or swapped place cannot hide in a big box.
    assert box.x_max_px - box.x_min_px <= 2 * cell_px + 1
    assert box.y_max_px - box.y_min_px <= 2 * cell_px + 1


@settings(deadline=None)
@given(rows=sizes, columns=sizes, row=st.integers(0, CELLS - 1), column=st.integers(0, CELLS - 1))
def test_every_box_lies_within_the_image(rows: int, columns: int, row: int, column: int) -> None:
    for box in find_boxes(_map((row, column, HOT)), _frame(rows, columns), sigmoid, at_least_one=True):
        assert 0 <= box.x_min_px < box.x_max_px <= columns
        assert 0 <= box.y_min_px < box.y_max_px <= rows


@settings(deadline=None)
@given(rows=sizes, columns=sizes, seed=st.integers(0, 1000))
def test_there_is_at_least_one_box_when_one_is_asked_for(rows: int, columns: int, seed: int) -> None:
    cells = np.random.default_rng(seed).normal(-12, 1, (CELLS, CELLS)).astype(np.float32)
    assert find_boxes(cells, _frame(rows, columns), sigmoid) == ()
    assert len(find_boxes(cells, _frame(rows, columns), sigmoid, at_least_one=True)) == 1


@pytest.mark.parametrize(("rows", "columns"), [(64, 16384), (16384, 64)])
def test_an_image_thinner_than_a_cell_still_has_its_find(rows: int, columns: int) -> None:
    frame = _frame(rows, columns)
    hot = np.argwhere(frame.covers((CELLS, CELLS)))[7]
    (box,) = find_boxes(_map((int(hot[0]), int(hot[1]), HOT)), frame, sigmoid, at_least_one=True)
    assert 0 <= box.x_min_px < box.x_max_px <= columns
    assert heat_map(_map(), frame).shape == (rows, columns)


def test_evidence_on_the_black_around_the_image_is_no_find() -> None:
    wide = _frame(400, 800)  # black above and below
    assert find_boxes(_map((2, 16, HOT)), wide, sigmoid) == ()


def test_two_finds_are_two_boxes_with_the_surer_one_first() -> None:
    first, second = find_boxes(_map((5, 6, 1.0), (20, 25, 3.0)), _frame(1024, 1024), sigmoid)
    assert (first.probability, second.probability) == pytest.approx((sigmoid(3.0), sigmoid(1.0)))
    assert _holds(first, 25.5 * 32, 20.5 * 32, 0)
    assert _holds(second, 6.5 * 32, 5.5 * 32, 0)


def test_a_weak_find_far_from_a_strong_one_keeps_its_own_small_box() -> None:
    _, weak = find_boxes(_map((5, 6, -2.0), (20, 25, 6.0)), _frame(512, 512), sigmoid)
    assert weak.x_max_px - weak.x_min_px <= 2 * CELL_PX
    assert _holds(weak, 6.5 * CELL_PX, 5.5 * CELL_PX, 0)


def test_the_flank_of_a_find_is_no_second_find() -> None:
    ridge = _map((10, 10, 4.0), (10, 11, 3.0), (10, 12, 3.5))
    assert len(find_boxes(ridge, _frame(512, 512), sigmoid)) == 1


def test_boxes_below_the_floor_are_not_told_and_no_more_than_five_are() -> None:
    below = math.log(FLOOR / (1 - FLOOR)) - 0.1
    assert find_boxes(_map((10, 10, below)), _frame(512, 512), sigmoid) == ()
    many = _map(*((row, column, 2.0) for row in (3, 12, 21) for column in (3, 12, 21)))
    assert len(find_boxes(many, _frame(512, 512), sigmoid)) == MAX_BOXES


def test_a_box_tells_the_calibrated_probability() -> None:
    (box,) = find_boxes(_map((10, 10, 2.0)), _frame(512, 512), lambda logit: sigmoid(0.5 * logit - 1.0))
    assert box.probability == pytest.approx(0.5)


@settings(deadline=None)
@given(rows=st.integers(64, 700), columns=st.integers(64, 700), across=places, down=places)
def test_the_heat_map_is_hottest_where_the_evidence_is(rows: int, columns: int, across: float, down: float) -> None:
    frame, x, y = _frame(rows, columns), across * columns, down * rows
    row, column = _cell_of(frame, x, y)
    if not frame.covers((CELLS, CELLS))[row, column]:
        return
    heat = heat_map(_map((row, column, HOT)), frame)
    hottest_y, hottest_x = np.unravel_index(int(heat.argmax()), heat.shape)
    assert heat.shape == (rows, columns)
    assert heat.min() >= 0
    assert heat.max() <= 1
    cell_px = CELL_PX / min(frame.letterbox.scale_x, frame.letterbox.scale_y)
    assert abs(hottest_x + 0.5 - x) <= cell_px + 1
    assert abs(hottest_y + 0.5 - y) <= cell_px + 1


def test_heat_on_the_black_around_the_image_sets_no_scale() -> None:
    rows, columns = 40, 80
    _, geometry = letterbox(np.zeros((rows, columns), np.float32), 80)
    cells = np.zeros((8, 8), np.float32)
    cells[0, 3], cells[3, 5] = 9.0, 1.0
    heat = relative_heat(cells, Frame(geometry, 10.0, rows, columns))
    assert heat.max() == 1.0
    assert np.unravel_index(int(heat.argmax()), heat.shape) == pytest.approx((14.5, 54.5), abs=1)


def test_a_cold_map_stays_cold() -> None:
    _, geometry = letterbox(np.zeros((30, 20), np.float32), 80)
    heat = relative_heat(np.zeros((8, 8), np.float32), Frame(geometry, 10.0, 30, 20))
    assert heat.shape == (30, 20)
    assert not heat.any()
