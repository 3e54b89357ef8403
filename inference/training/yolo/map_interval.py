"""mAP50 over classes, and how sure it is: images drawn with replacement."""

from collections.abc import Sequence

import numpy as np

from inference.training.boxes import average_precision_50
from inference.training.yolo.class_boxes import ClassBoxes

RESAMPLES = 400

NO_BOX = "no image that figures are measured on has an annotated box"


def mean_average_precision_50(classes: Sequence[ClassBoxes]) -> float:
    """Return the mean of the average precisions of the classes that are there.

    Raises:
        ValueError: no class has an annotated box.
    """
    present = [each for each in classes if each.wanted]
    if not present:
        raise ValueError(NO_BOX)
    return float(np.mean([_average_precision(each) for each in present]))


def interval_of_map50(
    classes: Sequence[ClassBoxes], *, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % percentile-bootstrap interval of `mean_average_precision_50` over images.

    A draw without any annotated box is drawn again.

    Raises:
        ValueError: no class has an annotated box.
    """
    if not any(each.wanted for each in classes):
        raise ValueError(NO_BOX)
    rng = np.random.default_rng(seed)
    images = len(classes[0].truth)
    values: list[float] = []
    while len(values) < resamples:
        chosen = rng.integers(0, images, images).tolist()
        drawn = [each.draw(chosen) for each in classes]
        if any(each.wanted for each in drawn):
            values.append(mean_average_precision_50(drawn))
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def _average_precision(boxes: ClassBoxes) -> float:
    return average_precision_50(boxes.detections, [list(truth) for truth in boxes.truth])
