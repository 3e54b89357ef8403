"""Average precision of boxes at an overlap of one half (mAP50 with one class), over all images, fractured or not."""

from dataclasses import dataclass

import numpy as np

Corners = tuple[float, float, float, float]


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
        match = _best_match(detection, truth[detection.image])
        is_new = match is not None and (detection.image, match) not in taken
        if is_new and match is not None:
            taken.add((detection.image, match))
        hits.append(is_new)
    return _area(np.cumsum(hits), wanted)


def overlap(one: Corners, other: Corners) -> float:
    """Return intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_size(one) + _size(other) - shared)


def _size(box: Corners) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _best_match(detection: Detection, boxes: list[Corners]) -> int | None:
    overlaps = [overlap(detection.corners, box) for box in boxes]
    if not overlaps or max(overlaps) < 0.5:
        return None
    return int(np.argmax(overlaps))


def _area(true_positives: np.ndarray, wanted: int) -> float:
    if not len(true_positives):
        return 0.0
    recall = np.concatenate([[0.0], true_positives / wanted])
    precision = true_positives / np.arange(1, len(true_positives) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope))
