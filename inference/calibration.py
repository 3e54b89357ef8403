"""From scores to probabilities, and from probabilities to a statement."""

import math

from domain.finding import FractureState
from inference.zoo.manifest import OperatingPoints, Platt

#: Distance from 0 and 1 that a logit is taken at.
_CLOSEST = 1e-7


def sigmoid(logit: float) -> float:
    """Return 1 / (1 + exp(-logit)) without overflow."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    return math.exp(logit) / (1.0 + math.exp(logit))


def calibrate(logit: float, platt: Platt | None) -> float:
    """Return the calibrated probability of a logit; the plain sigmoid where a model needs no calibration."""
    return sigmoid(logit) if platt is None else sigmoid(platt.slope * logit + platt.intercept)


def state_of(probability: float, points: OperatingPoints) -> FractureState:
    """Return the statement about a calibrated probability."""
    if probability >= points.present_from:
        return FractureState.PRESENT
    return FractureState.DOUBT if probability >= points.doubt_from else FractureState.ABSENT


def logit_of(probability: float) -> float:
    """Return log(p / (1 - p)), at most 16 either way: a float32 probability says no more."""
    inside = min(max(probability, _CLOSEST), 1.0 - _CLOSEST)
    return math.log(inside / (1.0 - inside))


def mean_points(points: list[OperatingPoints]) -> OperatingPoints:
    """Return operating points between the members', for a bundle that names none for what they say together."""
    return OperatingPoints(
        doubt_from=sum(each.doubt_from for each in points) / len(points),
        present_from=sum(each.present_from for each in points) / len(points),
    )
