"""Peaks of a centre map become boxes where they are, each place once."""

import numpy as np
import pytest

from inference.detection import MOST_BOXES, decode_boxes, overlap, suppress

CELLS = 16
#: Edges of a box in cells: nowhere near square, centred or symmetric.
BOX = (3.2, 7.9, 5.9, 13.2)


def _say(*boxes: tuple[float, float, float, float], score: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """Every cell names the box whose centre is nearest; the cell at the centre has the score, its neighbours half."""
    centres = np.zeros((CELLS, CELLS), dtype=np.float32)
    distances = np.zeros((4, CELLS, CELLS), dtype=np.float32)
    for x_min, y_min, x_max, y_max in boxes:
        row, column = int((y_min + y_max) / 2), int((x_min + x_max) / 2)
        for y in range(row - 1, row + 2):
            for x in range(column - 1, column + 2):
                distances[:, y, x] = (x + 0.5 - x_min, y + 0.5 - y_min, x_max - x - 0.5, y_max - y - 0.5)
                centres[y, x] = score if (y, x) == (row, column) else score / 2
    return centres, distances


def test_a_box_is_where_its_cells_say() -> None:
    corners, scores = decode_boxes(*_say(BOX), floor=0.5)
    assert corners[0] == pytest.approx(BOX, abs=1e-5)
    assert scores == pytest.approx([0.9])


def test_neighbours_steady_an_edge_by_their_score() -> None:
    centres, distances = _say(BOX)
    row, column = int((BOX[1] + BOX[3]) / 2), int((BOX[0] + BOX[2]) / 2)
    distances[2, row, column] += 1.0
    corners, _ = decode_boxes(centres, distances, floor=0.5)
    # The peak has 0.9 of 0.9 + 8 * 0.45 of the say.
    assert corners[0, 2] == pytest.approx(BOX[2] + 0.9 / 4.5, abs=1e-5)


def test_the_surest_box_comes_first_and_weak_ones_are_none() -> None:
    other = (9.1, 1.2, 12.3, 3.4)
    (strong, strong_edges), (weak, weak_edges) = _say(BOX, score=0.8), _say(other, score=0.6)
    corners, scores = decode_boxes(np.maximum(strong, weak), strong_edges + weak_edges, floor=0.5)
    assert scores == pytest.approx([0.8, 0.6])
    assert corners[1] == pytest.approx(other, abs=1e-5)
    assert len(decode_boxes(strong, strong_edges, floor=0.85)[1]) == 0


def test_a_box_over_the_edge_is_cut_there() -> None:
    centres, distances = _say((2.0, 2.0, 5.0, 5.0))
    distances[0] += 10
    corners, _ = decode_boxes(centres, distances, floor=0.5)
    assert corners[0, 0] == 0.0


def test_boxes_on_one_place_are_one_and_boxes_apart_stay() -> None:
    boxes = np.array([(0, 0, 4, 4), (0.5, 0, 4.5, 4), (8, 8, 9, 9)], dtype=np.float32)
    assert suppress(boxes, np.array([0.5, 0.9, 0.2])) == [1, 2]


def test_there_are_never_more_than_a_person_can_look_at() -> None:
    apart = np.array([(2 * i, 0, 2 * i + 1, 1) for i in range(3 * MOST_BOXES)], dtype=np.float32)
    assert len(suppress(apart, np.linspace(1, 0.1, len(apart)))) == MOST_BOXES


def test_nothing_found_is_no_box() -> None:
    corners, scores = decode_boxes(np.zeros((4, 4), np.float32), np.zeros((4, 4, 4), np.float32), floor=0.1)
    assert corners.shape == (0, 4)
    assert scores.shape == (0,)


def test_the_overlap_of_a_box_with_itself_is_one() -> None:
    assert overlap(BOX, BOX) == 1.0


@pytest.mark.parametrize("other", [(10.0, 0.0, 20.0, 10.0), (0.0, 10.0, 10.0, 20.0), (20.0, 20.0, 30.0, 30.0)])
def test_boxes_that_only_touch_or_lie_apart_do_not_overlap(other: tuple[float, float, float, float]) -> None:
    assert overlap((0.0, 0.0, 10.0, 10.0), other) == 0.0


def test_half_shifted_boxes_overlap_by_a_third() -> None:
    assert overlap((0.0, 0.0, 10.0, 10.0), (5.0, 0.0, 15.0, 10.0)) == pytest.approx(1 / 3)
