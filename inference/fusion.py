"""How what the members say becomes one statement and one list of boxes."""

from collections.abc import Sequence
from operator import mul

import numpy as np

from domain.finding import Box, Fracture, FractureState
from inference.calibration import calibrate, mean_points, sigmoid, state_of
from inference.detection import overlap
from inference.explain.class_activation import FLOOR, MAX_BOXES, Frame
from inference.member import Evidence
from inference.zoo.manifest import ANY_REGION, Fusion, Model, OperatingPoints

#: Boxes of two detectors that overlap by this (intersection over union) are one place. Validation chose it of 0.3, 0.4,
#: 0.5 and 0.6, and the mean of the edges over those of the surest: mAP50 0.314 against 0.302.
SAME_PLACE_IOU = 0.4
#: Where neither the bundle nor any member names operating points.
EVEN = OperatingPoints(doubt_from=0.5, present_from=0.5)


def fuse(evidence: Sequence[Evidence], rule: Fusion | None, region: str) -> tuple[Fracture, float]:
    """Return the statement, and its logit.

    The probability is that of the weighted sum of the members' calibrated logits; without a rule, of their mean. The
    interval spans the members and their flips. Members that contradict each other make it doubt, not an average.
    """
    logit = _fused_logit(evidence, rule)
    probability = sigmoid(logit)
    points = _points(evidence, rule, region)
    spread = [calibrate(said, each.entry.calibration) for each in evidence for said in each.logits]
    state = FractureState.DOUBT if _contradict(evidence, rule) else state_of(probability, points)
    return Fracture(state, probability, (min(probability, *spread), max(probability, *spread))), logit


def _fused_logit(evidence: Sequence[Evidence], rule: Fusion | None) -> float:
    if rule is None:
        return float(np.mean([each.calibrated_logit for each in evidence]))
    # A member that is silent leaves its share to the others: the sum keeps its scale.
    spoken = sum(rule.weights[each.entry.name] for each in evidence)
    share = sum(rule.weights.values()) / spoken if spoken else 0.0
    weighted = sum(rule.weights[each.entry.name] * each.calibrated_logit for each in evidence)
    return float(weighted * share + rule.intercept)


def _points(evidence: Sequence[Evidence], rule: Fusion | None, region: str) -> OperatingPoints:
    if rule is not None:
        return rule.operating_points.get(region, rule.operating_points[ANY_REGION])
    named = [each.entry.operating_points for each in evidence if each.entry.operating_points]
    return mean_points(named) if named else EVEN


def _contradict(evidence: Sequence[Evidence], rule: Fusion | None) -> bool:
    """Return whether one member alone would say present and another alone absent; one without weight has no say."""
    heard = [each for each in evidence if has_weight(rule, each.entry)]
    states = {state_of(each.probability, each.entry.operating_points) for each in heard if each.entry.operating_points}
    return {FractureState.PRESENT, FractureState.ABSENT} <= states


def has_weight(rule: Fusion | None, entry: Model) -> bool:
    """Whether what a member says moves the statement; one that does not speak of the whole image has no weight."""
    return rule is None or rule.weights.get(entry.name, 0.0) > 0


def boxes_of_detectors(
    evidence: Sequence[Evidence], logit: float, rows: int, columns: int, *, at_least_one: bool
) -> tuple[Box, ...]:
    """Return the boxes of all detectors in stored-image pixels, one a place, the surest first.

    Args:
        logit: of the fused statement about the image; a box in an image without any sign of a fracture means less.
        rows, columns: of the stored image.
        at_least_one: tell the surest box whatever its probability.
    """
    boxes = [box for each in evidence for box in _boxes(each, logit, rows, columns)]
    merged = merge_boxes(sorted(boxes, key=lambda box: -box.probability))
    told = [box for box in merged[:MAX_BOXES] if box.probability >= FLOOR]
    return tuple(told or (merged[:1] if at_least_one else ()))


def merge_boxes(boxes: Sequence[Box]) -> list[Box]:
    """Return one box a place, as sure as the surest there, with edges weighted by how sure each box is.

    After weighted boxes fusion (Solovyev et al. 2021, arXiv:1910.13302). Boxes come the surest first, and leave so.
    """
    places: list[list[Box]] = []
    for box in boxes:
        here = next((place for place in places if _is_same_place(_mean_box(place), box)), None)
        if here is None:
            places.append([box])
        else:
            here.append(box)
    return [_mean_box(place) for place in places]


def _mean_box(place: Sequence[Box]) -> Box:
    # In plain numbers: of some hundred means an image, numpy's would take 15 ms.
    weights = [max(box.probability, 1e-9) for box in place]
    total = sum(weights)
    edges = zip(*(box.corners for box in place), strict=True)
    x_min, y_min, x_max, y_max = (sum(map(mul, edge, weights)) / total for edge in edges)
    return Box(place[0].label, place[0].probability, x_min, y_min, x_max, y_max)


def _is_same_place(one: Box, other: Box) -> bool:
    return one.label == other.label and overlap(one.corners, other.corners) >= SAME_PLACE_IOU


def _boxes(evidence: Evidence, logit: float, rows: int, columns: int) -> list[Box]:
    spots = evidence.spots
    if spots is None:
        return []
    frame = Frame(evidence.canvas, 1.0, rows, columns)
    found = []
    for corners, said, label in zip(spots.corners, spots.logits, spots.labels, strict=True):
        low, high = frame.to_stored(*map(float, corners[:2])), frame.to_stored(*map(float, corners[2:]))
        if low[0] < high[0] and low[1] < high[1]:
            found.append(Box(label, box_probability(evidence, float(said), logit), *low, *high))
    return found


def box_probability(evidence: Evidence, said: float, logit: float) -> float:
    """Return how sure a place is, from its own logit and the fused logit of its image."""
    fitted = evidence.entry.box_calibration
    if fitted is None:
        return sigmoid(said)
    return sigmoid(fitted.slope * said + fitted.image_slope * logit + fitted.intercept)
