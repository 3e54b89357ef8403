from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from inference.training.datasets.labelled import LabelledBox
from inference.training.datasets.yolo_lines import format_box, parse_box, read_boxes

CLASSES = ("fracture", "metal", "text")
SIDES = st.integers(1, 20_000)
UNIT = st.floats(0, 1)


def corners(box: LabelledBox) -> tuple[float, ...]:
    return box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px


@settings(deadline=None)
@given(SIDES, SIDES, UNIT, UNIT, UNIT, UNIT, st.sampled_from(CLASSES))
def test_a_box_comes_back_from_its_line_to_a_thousandth_of_a_pixel(
    rows: int, columns: int, x1: float, x2: float, y1: float, y2: float, label: str
) -> None:
    assume(abs(x1 - x2) * columns > 0.01 and abs(y1 - y2) * rows > 0.01)
    box = LabelledBox(label, min(x1, x2) * columns, min(y1, y2) * rows, max(x1, x2) * columns, max(y1, y2) * rows)
    line = format_box(box, CLASSES, rows, columns)
    assert line is not None
    back = parse_box(line, CLASSES, rows, columns)
    assert back.label == label
    assert corners(back) == pytest.approx(corners(box), abs=1e-3)


@settings(deadline=None)
@given(SIDES, SIDES, *[st.floats(-1e5, 1e5)] * 4)
def test_a_line_never_leaves_the_picture(rows: int, columns: int, x1: float, x2: float, y1: float, y2: float) -> None:
    assume(x1 < x2 and y1 < y2)
    line = format_box(LabelledBox("metal", x1, y1, x2, y2), CLASSES, rows, columns)
    if line is not None:
        x, y, width, height = map(float, line.split()[1:])
        assert min(width, height) >= 0
        assert x - width / 2 >= -1e-9
        assert y - height / 2 >= -1e-9
        assert x + width / 2 <= 1 + 1e-9
        assert y + height / 2 <= 1 + 1e-9


def test_the_first_pixel_of_a_wide_picture_is_written_by_hand() -> None:
    # (0, 0) to (1, 1) of 4 rows and 8 columns: centre half a pixel in, an eighth wide and a quarter high.
    line = format_box(LabelledBox("text", 0, 0, 1, 1), CLASSES, rows=4, columns=8)
    assert line == "2 0.0625000000 0.1250000000 0.1250000000 0.2500000000"


def test_the_last_pixel_is_at_the_far_corner_and_not_mirrored() -> None:
    box = parse_box("0 0.9375 0.875 0.125 0.25", CLASSES, rows=4, columns=8)
    assert corners(box) == (7, 3, 8, 4)


def test_a_box_is_cut_at_the_edge() -> None:
    line = format_box(LabelledBox("fracture", -4, 1, 4, 2), CLASSES, rows=4, columns=8)
    assert line is not None
    assert corners(parse_box(line, CLASSES, 4, 8)) == (0, 1, 4, 2)


def test_a_box_beside_the_picture_has_no_line() -> None:
    assert format_box(LabelledBox("fracture", 8, 0, 9, 1), CLASSES, rows=4, columns=8) is None


def test_a_label_that_is_no_class_is_refused() -> None:
    with pytest.raises(ValueError, match="is not in list"):
        format_box(LabelledBox("bone", 0, 0, 1, 1), CLASSES, 4, 8)


@pytest.mark.parametrize("line", ["3 .5 .5 .1 .1", "-1 .5 .5 .1 .1", "0 .5 .5 .1", "0 .5 .5 0 .1", "x .5 .5 .1 .1"])
def test_a_line_that_is_no_box_is_refused_with_its_file(line: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"0 0.5 0.5 0.2 0.2\n{line}\n")
    with pytest.raises(ValueError, match=r"a\.txt is no label file in YOLO's format of 3 classes"):
        read_boxes(tmp_path / "a.txt", CLASSES, 10, 10)


def test_empty_lines_are_no_boxes_and_no_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n0 0.5 0.5 0.2 0.2\n\n")
    assert len(read_boxes(tmp_path / "a.txt", CLASSES, 10, 10)) == 1
    assert read_boxes(tmp_path / "none.txt", CLASSES, 10, 10) == ()
