"""How several opinions become one statement, and several boxes one list."""

from typing import Any

import numpy as np
import pytest

from domain.finding import FractureState
from inference.calibration import sigmoid
from inference.fusion import boxes_of_detectors, fuse
from inference.member import Evidence, Spots
from inference.preprocess import Letterbox
from inference.zoo.manifest import Fusion
from tests.fakes.sessions import make_entry

#: A stored image of 100 x 200 px at half size, 25 px from the left of a canvas of 100.
CANVAS = Letterbox(0.5, 0.5, 25, 0)
RULE: dict[str, Any] = {
    "weights": {"one": 1.0, "two": 0.5},
    "intercept": -0.25,
    "operating_points": {
        "any": {"doubt_from": 0.2, "present_from": 0.8},
        "hip": {"doubt_from": 0.01, "present_from": 0.1},
    },
}


def _say(name: str, *logits: float, **changes: Any) -> Evidence:
    return Evidence(make_entry(name, "fracture", ("fracture_logit",), **changes), CANVAS, logits)


def _draw(*corners: tuple[float, float, float, float], logits: tuple[float, ...], **changes: Any) -> Evidence:
    entry = make_entry("boxes", "detector", ("centres", "distances"), **changes)
    spots = Spots(np.array(corners, dtype=np.float32), np.array(logits, dtype=np.float32), ("fracture",) * len(logits))
    return Evidence(entry, CANVAS, (), None, spots)


def test_without_a_rule_members_weigh_the_same() -> None:
    fracture, logit = fuse([_say("one", -2.0, 0.0), _say("two", 2.0)], None, "hand")
    assert logit == pytest.approx(0.5)
    assert fracture.probability == pytest.approx(sigmoid(0.5))
    assert fracture.interval == pytest.approx((sigmoid(-2.0), sigmoid(2.0)))


def test_a_rule_weighs_calibrated_logits() -> None:
    platt = {"kind": "platt", "slope": 2.0, "intercept": 1.0}
    _, logit = fuse([_say("one", 1.0, calibration=platt), _say("two", 1.0)], Fusion.model_validate(RULE), "hand")
    assert logit == pytest.approx(1.0 * 3.0 + 0.5 * 1.0 - 0.25)


def test_a_silent_member_leaves_its_weight_to_the_others() -> None:
    _, logit = fuse([_say("two", 1.0)], Fusion.model_validate(RULE), "hand")
    assert logit == pytest.approx(1.5 * 1.0 - 0.25)


def test_a_region_has_its_own_operating_points() -> None:
    rule = Fusion.model_validate(RULE)
    said = [_say("one", -1.0), _say("two", -1.0)]
    assert fuse(said, rule, "hand")[0].state is FractureState.ABSENT
    assert fuse(said, rule, "hip")[0].state is FractureState.PRESENT


def test_members_that_contradict_each_other_are_doubt_and_not_an_average() -> None:
    said = [_say("one", 6.0), _say("two", -1.0)]
    assert fuse(said, None, "hand")[0].probability > 0.9
    assert fuse(said, None, "hand")[0].state is FractureState.DOUBT


def test_a_member_without_weight_cannot_make_doubt() -> None:
    rule = Fusion.model_validate(RULE | {"weights": {"one": 1.0, "two": 0.0}})
    assert fuse([_say("one", 6.0), _say("two", -1.0)], rule, "hand")[0].state is FractureState.PRESENT


def test_boxes_are_told_in_stored_pixels_the_surest_first() -> None:
    drawn = _draw((25, 0, 35, 20), (50, 50, 75, 100), logits=(0.0, 2.0))
    boxes = boxes_of_detectors([drawn], 0.0, rows=200, columns=100, at_least_one=False)
    assert [(b.x_min_px, b.y_min_px, b.x_max_px, b.y_max_px) for b in boxes] == [(50, 100, 100, 200), (0, 0, 20, 40)]
    assert [b.probability for b in boxes] == pytest.approx([sigmoid(2.0), 0.5])


def test_a_box_off_the_image_is_none_and_one_at_its_edge_is_cut() -> None:
    drawn = _draw((0, 0, 20, 20), (20, 0, 35, 20), logits=(2.0, 1.0))
    (box,) = boxes_of_detectors([drawn], 0.0, rows=200, columns=100, at_least_one=False)
    assert (box.x_min_px, box.x_max_px) == (0.0, 20.0)


def test_a_box_means_less_in_an_image_without_signs() -> None:
    fitted = {"kind": "logistic", "slope": 1.0, "image_slope": 0.5, "intercept": 0.0}
    drawn = _draw((30, 0, 40, 20), logits=(1.0,), box_calibration=fitted)
    (calm,) = boxes_of_detectors([drawn], -2.0, 200, 100, at_least_one=False)
    (suspicious,) = boxes_of_detectors([drawn], 2.0, 200, 100, at_least_one=False)
    assert (calm.probability, suspicious.probability) == pytest.approx((0.5, sigmoid(2.0)))


def test_two_detectors_on_one_place_draw_one_box() -> None:
    drawn = [_draw((30, 10, 50, 30), logits=(1.0,)), _draw((31, 11, 51, 31), logits=(2.0,))]
    (box,) = boxes_of_detectors(drawn, 0.0, 200, 100, at_least_one=False)
    assert box.probability == pytest.approx(sigmoid(2.0))
    # Stored pixels are two canvas pixels; the surer box has the greater say in every edge.
    share = sigmoid(2.0) / (sigmoid(1.0) + sigmoid(2.0))
    assert (box.x_min_px, box.y_min_px) == pytest.approx((10 + 2 * share, 20 + 2 * share))


def test_boxes_of_two_findings_stay_two() -> None:
    drawn = [_draw((30, 10, 50, 30), (45, 10, 65, 30), logits=(1.0, 2.0))]
    assert len(boxes_of_detectors(drawn, 0.0, 200, 100, at_least_one=False)) == 2


def test_a_statement_of_presence_shows_its_surest_place_however_weak() -> None:
    drawn = _draw((30, 10, 50, 30), logits=(-6.0,))
    assert boxes_of_detectors([drawn], 0.0, 200, 100, at_least_one=False) == ()
    assert len(boxes_of_detectors([drawn], 0.0, 200, 100, at_least_one=True)) == 1
