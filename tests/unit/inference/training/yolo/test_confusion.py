"""Boxes that were found beside those that are there, class by class."""

import numpy as np

from inference.training.yolo.class_boxes import ClassBoxes, Scored
from inference.training.yolo.confusion import SHOWN_FROM, count_confusions

HERE = (0.0, 0.0, 10.0, 10.0)
NEAR = (0.0, 1.0, 10.0, 11.0)
FAR = (50.0, 50.0, 60.0, 60.0)


def boxes(label: str, found: list[Scored], truth: list[tuple[float, float, float, float]]) -> ClassBoxes:
    return ClassBoxes(label, [found], [truth])


def test_a_box_of_its_class_stands_on_the_diagonal() -> None:
    counts = count_confusions([boxes("a", [(0.9, NEAR)], [HERE]), boxes("b", [], [])])
    np.testing.assert_array_equal(counts, [[1, 0, 0], [0, 0, 0], [0, 0, 0]])


def test_a_box_of_another_class_stands_in_the_row_of_what_is_there() -> None:
    counts = count_confusions([boxes("a", [], [HERE]), boxes("b", [(0.9, HERE)], [])])
    np.testing.assert_array_equal(counts, [[0, 1, 0], [0, 0, 0], [0, 0, 0]])


def test_a_missed_box_and_a_false_alarm_stand_at_the_edges() -> None:
    counts = count_confusions([boxes("a", [], [HERE]), boxes("b", [(0.9, FAR)], [])])
    np.testing.assert_array_equal(counts, [[0, 0, 1], [0, 0, 0], [0, 1, 0]])


def test_the_surest_box_takes_the_place_and_the_second_is_a_false_alarm() -> None:
    counts = count_confusions([boxes("a", [(0.5, HERE)], [HERE]), boxes("b", [(0.9, NEAR)], [])])
    np.testing.assert_array_equal(counts, [[0, 1, 0], [0, 0, 0], [1, 0, 0]])


def test_what_would_not_be_shown_does_not_count() -> None:
    counts = count_confusions([boxes("a", [(SHOWN_FROM - 0.01, HERE), (SHOWN_FROM, FAR)], [FAR])])
    np.testing.assert_array_equal(counts, [[1, 0], [0, 0]])


def test_boxes_of_different_images_never_meet() -> None:
    apart = ClassBoxes("a", [[(0.9, HERE)], []], [[], [HERE]])
    np.testing.assert_array_equal(count_confusions([apart]), [[0, 1], [1, 0]])
