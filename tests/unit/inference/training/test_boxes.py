"""Average precision of boxes, against values worked out by hand."""

import pytest

from inference.training.boxes import Detection, average_precision_50, best_match

WANTED = (0.0, 0.0, 10.0, 10.0)


def test_the_match_is_the_box_that_overlaps_most() -> None:
    shifted = [(5.0, 0.0, 15.0, 10.0), (0.0, 0.0, 10.0, 9.0), (0.0, 0.0, 10.0, 8.0)]
    assert best_match(WANTED, shifted) == 1
    assert best_match(WANTED, shifted, least=0.95) is None
    assert best_match(WANTED, []) is None


def test_a_perfect_detector_reaches_one() -> None:
    assert average_precision_50([Detection(0, 0.9, WANTED), Detection(1, 0.8, WANTED)], [[WANTED], [WANTED]]) == 1.0


def test_a_false_alarm_that_is_surer_than_the_find_halves_the_precision() -> None:
    detections = [Detection(1, 0.9, WANTED), Detection(0, 0.5, WANTED)]
    assert average_precision_50(detections, [[WANTED], []]) == 0.5


def test_the_second_box_on_one_fracture_is_a_false_alarm() -> None:
    detections = [Detection(0, 0.9, WANTED), Detection(0, 0.8, WANTED), Detection(1, 0.7, WANTED)]
    assert average_precision_50(detections, [[WANTED], [WANTED]]) == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_no_detection_at_all_scores_nothing() -> None:
    assert average_precision_50([], [[WANTED]]) == 0.0


def test_a_split_without_boxes_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="no annotated box"):
        average_precision_50([], [[]])
