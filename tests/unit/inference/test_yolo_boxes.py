"""Boxes planted in the output of a YOLO graph are found where they lie."""

import numpy as np
import numpy.typing as npt
import pytest

from inference.detection import MOST_BOXES
from inference.yolo_boxes import decode_yolo

ANCHORS = 84
#: Not square, not on a grid line, nearer to the left than to the right and to the top than to the bottom.
CORNERS = (10.5, 22.0, 51.5, 34.0)


def make_output(classes: int = 3, anchors: int = ANCHORS) -> npt.NDArray[np.float32]:
    output = np.zeros((4 + classes, anchors), dtype=np.float32)
    output[:4] = 5.0
    return output


def plant(output: npt.NDArray[np.float32], anchor: int, corners: tuple[float, ...], label: int, score: float) -> None:
    x_min, y_min, x_max, y_max = corners
    output[:4, anchor] = (x_min + x_max) / 2, (y_min + y_max) / 2, x_max - x_min, y_max - y_min
    output[4 + label, anchor] = score


def shifted(corners: tuple[float, ...], x_px: float, y_px: float) -> tuple[float, ...]:
    return corners[0] + x_px, corners[1] + y_px, corners[2] + x_px, corners[3] + y_px


def test_a_planted_box_comes_back_corner_for_corner() -> None:
    output = make_output()
    plant(output, 17, CORNERS, label=1, score=0.75)
    boxes, scores, classes = decode_yolo(output, 0.1)
    np.testing.assert_array_equal(boxes, [CORNERS])
    assert (scores.tolist(), classes.tolist()) == ([0.75], [1])


def test_nothing_above_the_floor_gives_no_boxes_of_the_right_shapes() -> None:
    boxes, scores, classes = decode_yolo(make_output(), 0.1)
    assert (boxes.shape, scores.shape, classes.shape) == ((0, 4), (0,), (0,))
    assert (boxes.dtype, scores.dtype) == (np.float32, np.float32)


def test_the_floor_itself_is_a_box_and_less_is_none() -> None:
    output = make_output()
    plant(output, 3, CORNERS, label=0, score=0.25)
    assert len(decode_yolo(output, 0.25)[0]) == 1
    assert len(decode_yolo(output, 0.2501)[0]) == 0


def test_of_two_boxes_on_one_place_the_surer_stays() -> None:
    output = make_output()
    plant(output, 3, shifted(CORNERS, 2, 0), label=2, score=0.5)
    plant(output, 60, CORNERS, label=2, score=0.75)
    boxes, scores, _ = decode_yolo(output, 0.1)
    np.testing.assert_array_equal(boxes, [CORNERS])
    assert scores.tolist() == [0.75]


def test_boxes_of_two_classes_on_one_place_both_stay() -> None:
    output = make_output()
    plant(output, 3, shifted(CORNERS, 2, 0), label=2, score=0.5)
    plant(output, 60, CORNERS, label=0, score=0.75)
    assert decode_yolo(output, 0.1)[2].tolist() == [0, 2]


def test_one_anchor_may_speak_for_two_classes() -> None:
    output = make_output()
    plant(output, 3, CORNERS, label=0, score=0.25)
    plant(output, 3, CORNERS, label=1, score=0.5)
    boxes, scores, classes = decode_yolo(output, 0.1)
    np.testing.assert_array_equal(boxes, [CORNERS, CORNERS])
    assert (scores.tolist(), classes.tolist()) == ([0.5, 0.25], [1, 0])


def test_the_surest_box_comes_first_whatever_its_class_and_anchor() -> None:
    output = make_output()
    for anchor, (label, score) in enumerate([(0, 0.25), (2, 0.75), (1, 0.5)]):
        plant(output, anchor, shifted(CORNERS, 0, 20 * anchor), label, score)
    boxes, scores, classes = decode_yolo(output, 0.1)
    assert scores.tolist() == [0.75, 0.5, 0.25]
    assert classes.tolist() == [2, 1, 0]
    assert boxes[:, 1].tolist() == [42.0, 62.0, 22.0]


def test_many_boxes_of_one_place_do_not_hide_another_place() -> None:
    output = make_output()
    for anchor in range(ANCHORS - 1):
        plant(output, anchor, shifted(CORNERS, 0.01 * anchor, 0), label=0, score=0.75)
    plant(output, ANCHORS - 1, shifted(CORNERS, 0, 100), label=0, score=0.125)
    assert decode_yolo(output, 0.1)[1].tolist() == [0.75, 0.125]


def test_no_class_has_more_boxes_than_a_person_could_look_at() -> None:
    output = make_output(classes=1)
    for anchor in range(ANCHORS):
        plant(output, anchor, shifted(CORNERS, 0, 20 * anchor), label=0, score=0.9 - anchor / 200)
    boxes, _, _ = decode_yolo(output, 0.1)
    assert boxes[:, 1].tolist() == [22.0 + 20 * anchor for anchor in range(MOST_BOXES)]


@pytest.mark.parametrize("shape", [(4, 84), (1, 7, 84), (84,)])
def test_an_output_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="4 \\+ classes, anchors"):
        decode_yolo(np.zeros(shape, dtype=np.float32), 0.1)
