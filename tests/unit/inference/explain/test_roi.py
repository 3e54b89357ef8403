import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.explain.roi import component_at, enclose, find_roi, largest_component


def _picture(*lines: str) -> np.ndarray:
    return np.array([[int(each) for each in line] for line in lines], dtype=np.float32)


def test_the_box_ends_on_the_outer_edges_of_its_pixels() -> None:
    box = find_roi(_picture("000000", "000990", "000990", "000900"), 0.7)
    assert box is not None
    assert (box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px) == (3, 1, 5, 4)
    assert (box.label, box.probability) == ("fracture", 0.7)


def test_the_largest_area_wins_over_a_higher_but_smaller_one() -> None:
    box = find_roi(_picture("90000", "00000", "00066", "00066"), 0.7)
    assert box is not None
    assert (box.x_min_px, box.y_min_px) == (3, 2)


def test_what_is_below_the_share_of_the_peak_is_outside() -> None:
    heat = _picture("000000", "044900", "000000")
    wide, narrow = find_roi(heat, 0.7, relative_threshold=0.4), find_roi(heat, 0.7, relative_threshold=0.5)
    assert wide is not None
    assert narrow is not None
    assert (wide.x_min_px, narrow.x_min_px) == (1, 3)


def test_areas_that_touch_at_a_corner_only_are_two() -> None:
    assert enclose(largest_component(_picture("9900", "9900", "0099") > 0)) == (0, 0, 2, 2)
    assert component_at(_picture("90", "09") > 0, 1, 1).tolist() == [[False, False], [False, True]]


def test_a_cold_map_has_no_region() -> None:
    assert find_roi(np.zeros((4, 5), np.float32), 0.7) is None


@pytest.mark.parametrize("share", [0.0, -0.5, 1.1])
def test_a_threshold_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="relative to the peak"):
        find_roi(np.ones((4, 5), np.float32), 0.7, relative_threshold=share)


@given(
    rows=st.integers(3, 90),
    columns=st.integers(3, 90),
    left=st.floats(0, 0.9),
    top=st.floats(0, 0.9),
    width=st.floats(0.05, 1),
    height=st.floats(0.05, 1),
)
def test_a_planted_rectangle_is_the_box(
    rows: int, columns: int, left: float, top: float, width: float, height: float
) -> None:
    x_min, y_min = int(left * columns), int(top * rows)
    x_max, y_max = min(columns, x_min + 1 + int(width * columns)), min(rows, y_min + 1 + int(height * rows))
    heat = np.zeros((rows, columns), np.float32)
    heat[y_min:y_max, x_min:x_max] = 0.3
    box = find_roi(heat, 0.7)
    assert box is not None
    assert (box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px) == (x_min, y_min, x_max, y_max)
