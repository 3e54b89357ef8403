"""Average precision of boxes at an overlap of one half (mAP50 with one class), over all images, fractured or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.finding import Corners
from inference.detection import overlap


@dataclass(frozen=True, slots=True)
class Detection:
    """A box that a model drew in one image."""

    image: int
    probability: float
    corners: Corners


def average_precision_50(detections: list[Detection], truth: list[list[Corners]]) -> float:
    """Return the area under the interpolated precision-recall curve (all points) at IoU >= 0.5.

    Args:
        detections: of all images, in any order.
        truth: the annotated boxes of each image.
    """
    wanted = sum(len(boxes) for boxes in truth)
    if not wanted:
        raise ValueError("no annotated box to find")
    taken: set[tuple[int, int]] = set()
    hits = []
    for detection in sorted(detections, key=lambda each: -each.probability):
        match = best_match(detection.corners, truth[detection.image])
        is_new = match is not None and (detection.image, match) not in taken
        if is_new and match is not None:
            taken.add((detection.image, match))
        hits.append(is_new)
    return _area(np.cumsum(hits), wanted)


def best_match(corners: Corners, boxes: Sequence[Corners], least: float = 0.5) -> int | None:
    """Return the index of the box that overlaps these corners most, the first of several; None below `least` (IoU)."""
    overlaps = [overlap(corners, box) for box in boxes]
    if not overlaps or max(overlaps) < least:
        return None
    return int(np.argmax(overlaps))


def _area(true_positives: np.ndarray, wanted: int) -> float:
    if not len(true_positives):
        return 0.0
    recall = np.concatenate([[0.0], true_positives / wanted])
    precision = true_positives / np.arange(1, len(true_positives) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope))
