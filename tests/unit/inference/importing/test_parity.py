import numpy as np
import pytest

from domain.errors import ModelError
from inference.importing.parity import compare, require_parity


def answers(*values: float, name: str = "region") -> list[dict[str, np.ndarray]]:
    return [{name: np.array([[value]], dtype=np.float32)} for value in values]


def test_the_largest_difference_over_all_images_counts() -> None:
    (difference,) = compare(answers(0.1, 0.5), answers(0.1, 0.5002))
    assert (difference.largest, difference.spread) == pytest.approx((0.0002, 0.4), abs=1e-6)
    assert not difference.is_within
    with pytest.raises(ModelError, match=r"region differs by 0\.0002 "):
        require_parity([difference], subject="m")


def test_float32_in_another_order_is_agreement() -> None:
    require_parity(compare(answers(0.1, 0.5), answers(0.10001, 0.49999)), subject="m")


def test_boxes_are_held_to_pixels_and_their_scores_to_probabilities() -> None:
    before = np.zeros((1, 6, 3), dtype=np.float32)
    after = before.copy()
    after[0, 0, 1], after[0, 5, 1] = 0.005, 0.005
    boxes, scores = compare([{"yolo": before}], [{"yolo": after}])
    assert (boxes.is_within, boxes.unit) == (True, "px")
    assert (scores.is_within, scores.unit) == (False, "probability")


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_agrees_with_nothing(wrong: float) -> None:
    for before, after in ((0.5, wrong), (wrong, wrong), (wrong, 0.5)):
        with pytest.raises(ModelError, match="not a finite number"):
            compare(answers(before), answers(after))


def test_another_shape_is_another_answer() -> None:
    with pytest.raises(ModelError, match=r"shape \(1, 2\) after conversion, \(1, 1\) before"):
        compare(answers(0.5), [{"region": np.zeros((1, 2), dtype=np.float32)}])


def test_a_missing_output_is_told_by_name() -> None:
    with pytest.raises(ModelError, match="region is missing"):
        compare(answers(0.5), answers(0.5, name="types"))
