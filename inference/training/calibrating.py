"""Everything of a manifest that is fitted on the validation split: calibration, fusion, operating points, boxes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from domain.finding import Corners
from inference.detection import overlap
from inference.fusion import fuse
from inference.preprocess import Letterbox
from inference.training.fusion_choice import choose_rule, cross_validated_logits
from inference.training.gathering import Gathered
from inference.training.metrics import Labels, Scores
from inference.training.operating_points import choose_operating_points, fit_logistic, fit_platt
from inference.zoo.manifest import ANY_REGION, Fusion, Model

#: A region has operating points of its own where the split has this many fractured images of it.
FEWEST_FRACTURED = 12
#: An image is one of ours from this share of the least certain validation image: a refused fracture is a missed one.
REGION_MARGIN = 0.9
#: And up to this multiple of the distance of the farthest one.
DISTANCE_MARGIN = 1.1


@dataclass(frozen=True, slots=True)
class FittedFusion:
    """The fusion table of a manifest, and the fused logits of images by weights that were fitted without them."""

    table: dict[str, Any]
    held_out: Scores


def fit_member(gathered: list[Gathered], member: str) -> dict[str, Any]:
    """Return `calibration` and `operating_points` of one member; what it said before must be uncalibrated."""
    labels, logits = _labels(gathered), np.array([each.calibrated_logit(member) for each in gathered])
    slope, intercept = fit_platt(labels, logits)
    probabilities = _sigmoid(slope * logits + intercept)
    return {
        "calibration": {"kind": "platt", "slope": slope, "intercept": intercept},
        "operating_points": _points(labels, probabilities),
    }


def recalibrate(gathered: list[Gathered], entries: Mapping[str, Any]) -> list[Gathered]:
    """Return the same opinions as members with these entries would have had: the images need not be read again."""
    models = {name: Model.model_validate(entry) for name, entry in entries.items()}

    def renew(each: Gathered) -> Gathered:
        evidence = tuple(replace(said, entry=models[said.entry.name]) for said in each.opinion.evidence)
        return replace(each, opinion=replace(each.opinion, evidence=evidence))

    return [renew(each) for each in gathered]


def fit_fusion(gathered: list[Gathered], members: list[str]) -> FittedFusion:
    """Return the `fusion` table of a manifest for calibrated members."""
    labels = _labels(gathered)
    logits = np.array([[each.calibrated_logit(member) for member in members] for each in gathered])
    choice = choose_rule(labels, logits, members)
    probabilities = _sigmoid(logits @ choice.weights + choice.intercept)
    points = {ANY_REGION: _points(labels, probabilities)}
    said = np.array([each.opinion.region.label for each in gathered])
    for region in sorted(set(said)):
        mine = said == region
        if labels[mine].sum() >= FEWEST_FRACTURED:
            points[region] = _points(labels[mine], probabilities[mine])
    table = {
        "weights": {name: round(float(weight), 6) for name, weight in zip(members, choice.weights, strict=True)},
        "intercept": round(choice.intercept, 6),
        "operating_points": points,
        "choice": {"rule": choice.rule, "cross_validated": {name: dict(each) for name, each in choice.tried.items()}},
    }
    return FittedFusion(table, cross_validated_logits(choice, labels, logits, members))


def fit_boxes(gathered: list[Gathered], member: str, fusion: dict[str, Any]) -> dict[str, Any]:
    """Return `box_calibration`: the chance that a box is right, from its logit and that of its image.

    Right is an overlap of one half with an annotated box, and of several boxes on one the surest: so average precision
    counts.
    """
    rule = Fusion.model_validate(fusion)
    features, right = [], []
    for each in gathered:
        _, logit = fuse(each.opinion.evidence, rule, each.opinion.region.label)
        for said, is_right in _judge_boxes(each, member):
            features.append((said, logit))
            right.append(is_right)
    (slope, image_slope), intercept = fit_logistic(np.array(right), np.array(features))
    return {"kind": "logistic", "slope": slope, "image_slope": max(image_slope, 0.0), "intercept": intercept}


def _judge_boxes(each: Gathered, member: str) -> list[tuple[float, bool]]:
    evidence = next(said for said in each.opinion.evidence if said.entry.name == member)
    assert evidence.spots is not None
    judged, taken = [], set[int]()
    for corners, logit in zip(evidence.spots.corners, evidence.spots.logits, strict=True):
        box = _to_stored(evidence.canvas, tuple(map(float, corners)))
        overlaps = [overlap(box, truth) for truth in each.boxes]
        best = int(np.argmax(overlaps)) if overlaps else -1
        is_right = best >= 0 and overlaps[best] >= 0.5 and best not in taken
        taken |= {best} if is_right else set()
        judged.append((float(logit), is_right))
    return judged


def _to_stored(canvas: Letterbox, corners: tuple[float, ...]) -> Corners:
    return *canvas.to_stored(corners[0], corners[1]), *canvas.to_stored(corners[2], corners[3])


def minimum_probability(gathered: list[Gathered]) -> float:
    """Return the region probability below which an image is not one of those that the models were trained on."""
    return floor_4(min(each.opinion.region.probability for each in gathered) * REGION_MARGIN)


def maximum_distance(gathered: list[Gathered], model: str) -> float:
    """Return the distance beyond which an image is not like the radiographs that a region model was trained on."""
    return -floor_4(-max(each.opinion.distances[model] for each in gathered) * DISTANCE_MARGIN)


def _points(labels: Labels, probabilities: Scores) -> dict[str, float]:
    doubt_from, present_from = choose_operating_points(labels, probabilities)
    # Rounded down, so that the image that set a point lies on its upper side.
    return {"doubt_from": floor_4(doubt_from), "present_from": floor_4(present_from)}


def _labels(gathered: list[Gathered]) -> Labels:
    return np.array([each.fractured for each in gathered])


def _sigmoid(logits: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-logits)))


def floor_4(value: float) -> float:
    """Return a number rounded down to four places."""
    return math.floor(value * 10_000) / 10_000
