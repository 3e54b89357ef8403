"""mAP50 over classes and its interval, against values worked out by hand."""

import pytest

from inference.training.yolo.class_boxes import ClassBoxes
from inference.training.yolo.map_interval import interval_of_map50, mean_average_precision_50

HERE = (0.0, 0.0, 10.0, 10.0)
THERE = (20.0, 20.0, 30.0, 40.0)


def perfect(label: str, images: int = 4) -> ClassBoxes:
    return ClassBoxes(label, [[(0.9, HERE)]] * images, [[HERE]] * images)


def blind(label: str, images: int = 4) -> ClassBoxes:
    return ClassBoxes(label, [[(0.9, THERE)]] * images, [[HERE]] * images)


def test_the_mean_is_over_classes_and_not_over_boxes() -> None:
    assert mean_average_precision_50([perfect("a"), blind("b")]) == 0.5


def test_a_class_that_is_not_there_does_not_count() -> None:
    absent = ClassBoxes("c", [[(0.9, HERE)]] * 4, [[]] * 4)
    assert mean_average_precision_50([perfect("a"), absent]) == 1.0


def test_a_draw_numbers_images_anew_so_that_one_drawn_twice_counts_twice() -> None:
    boxes = ClassBoxes("a", [[(0.9, HERE)], [(0.8, THERE)]], [[HERE], [HERE]])
    drawn = boxes.draw([1, 1, 0])
    assert [detection.image for detection in drawn.detections] == [0, 1, 2]
    assert [detection.corners for detection in drawn.detections] == [THERE, THERE, HERE]
    assert (drawn.wanted, boxes.wanted) == (3, 2)


def test_what_never_changes_has_an_interval_without_width() -> None:
    assert interval_of_map50([perfect("a")], resamples=20) == (1.0, 1.0)


def test_the_interval_is_around_the_value_and_the_same_for_the_same_seed() -> None:
    boxes = ClassBoxes("a", [[(0.9, HERE)], [(0.8, THERE)]] * 10, [[HERE]] * 20)
    value = mean_average_precision_50([boxes])
    low, high = interval_of_map50([boxes], resamples=200, seed=3)
    assert 0.0 < low < value < high < 1.0
    assert (low, high) == interval_of_map50([boxes], resamples=200, seed=3)
    assert (low, high) != interval_of_map50([boxes], resamples=200, seed=4)


def test_images_are_drawn_whole_with_all_their_classes() -> None:
    """Two classes that are right on the same images go up and down together: as wide an interval as for one."""
    one = ClassBoxes("a", [[(0.9, HERE)], [(0.8, THERE)]] * 10, [[HERE]] * 20)
    other = ClassBoxes("b", one.found, one.truth)
    assert interval_of_map50([one, other], resamples=50) == interval_of_map50([one], resamples=50)


def test_without_an_annotated_box_there_is_nothing_to_measure() -> None:
    empty = ClassBoxes("a", [[]], [[]])
    for measure in (mean_average_precision_50, interval_of_map50):
        with pytest.raises(ValueError, match="has an annotated box"):
            measure([empty])


def test_found_and_truth_speak_of_the_same_images() -> None:
    with pytest.raises(ValueError, match="same images"):
        ClassBoxes("a", [[]], [[], []])
