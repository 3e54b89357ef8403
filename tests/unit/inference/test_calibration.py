import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.finding import FractureState
from inference.calibration import calibrate, mean_points, sigmoid, state_of
from inference.zoo.manifest import OperatingPoints, Platt

POINTS = OperatingPoints(doubt_from=0.3, present_from=0.6)


@pytest.mark.parametrize(
    ("probability", "state"),
    [
        (0.0, FractureState.ABSENT),
        (math.nextafter(0.3, 0), FractureState.ABSENT),
        (0.3, FractureState.DOUBT),
        (math.nextafter(0.6, 0), FractureState.DOUBT),
        (0.6, FractureState.PRESENT),
        (1.0, FractureState.PRESENT),
    ],
)
def test_an_operating_point_belongs_to_the_state_above_it(probability: float, state: FractureState) -> None:
    assert state_of(probability, POINTS) is state


def test_platt_scaling_is_the_sigmoid_of_a_line() -> None:
    platt = Platt(kind="platt", slope=2.0, intercept=-1.0)
    assert calibrate(0.5, platt) == 0.5
    assert calibrate(1.0, platt) == pytest.approx(1 / (1 + math.exp(-1)))
    assert calibrate(1.0, None) == pytest.approx(1 / (1 + math.exp(-1)))


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_probabilities_lie_in_range_and_keep_the_order_of_the_logits(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0.0 <= sigmoid(low) <= sigmoid(high) <= 1.0


def test_the_points_of_an_ensemble_are_the_mean_of_its_members() -> None:
    mean = mean_points([POINTS, OperatingPoints(doubt_from=0.1, present_from=0.8)])
    assert (mean.doubt_from, mean.present_from) == pytest.approx((0.2, 0.7))
