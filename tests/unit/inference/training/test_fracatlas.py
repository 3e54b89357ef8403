"""The manifest of the data, read the same for training, fitting and evaluation."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.training.fracatlas import REGIONS, LabelledRow, load_split, read_rows

HEADER = "image_id,split,fractured,boxes_xyxy_norm,hand,leg,hip,shoulder\n"
FRACTURED = 'a.png,train,1,"[[0.1, 0.2, 0.3, 0.6]]",1,0,0,1\n'
WHOLE = "b.png,val,0,,0,1,0,0\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "manifest.csv").write_text(HEADER + FRACTURED + WHOLE)
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.png"), np.tile(np.arange(100, dtype=np.uint8), (50, 1)))
    return tmp_path


def test_a_split_holds_the_rows_that_are_in_it(data: Path) -> None:
    assert [row["image_id"] for row in read_rows(data, "val")] == ["b.png"]


def test_an_image_may_show_several_regions(data: Path) -> None:
    labels = LabelledRow(read_rows(data, "train")[0])
    assert (labels.fractured, labels.regions) == (True, ("hand", "shoulder"))


def test_boxes_are_columns_and_rows_of_the_picture(data: Path) -> None:
    (box,) = LabelledRow(read_rows(data, "train")[0]).boxes_px(rows=50, columns=100)
    assert box == pytest.approx((10.0, 10.0, 30.0, 30.0))


def test_an_image_without_a_fracture_has_no_box(data: Path) -> None:
    labels = LabelledRow(read_rows(data, "val")[0])
    assert (labels.fractured, labels.boxes_px(50, 100)) == (False, [])


def test_an_example_lies_on_the_canvas_with_its_boxes_and_flags(data: Path) -> None:
    (example,) = load_split(data, "train", side_px=100)
    assert example.pixels.shape == (100, 100)
    assert dict(zip(REGIONS, example.regions, strict=True)) == {"hand": 1, "leg": 0, "hip": 0, "shoulder": 1}
    # The picture is half as high as the canvas, in its middle.
    assert example.boxes[0] == pytest.approx((0.1, 0.35, 0.3, 0.55))


def test_an_image_that_is_missing_is_named(data: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"b\.png is missing"):
        load_split(data, "val", side_px=32)
