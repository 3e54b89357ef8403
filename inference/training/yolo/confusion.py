"""Which class a detector takes for which: boxes paired by place alone, surest first."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inference.training.boxes import best_match
from inference.training.yolo.class_boxes import ClassBoxes

#: Boxes below it would not be shown to anybody; and how much two boxes of one place overlap at least.
SHOWN_FROM, SAME_PLACE_IOU = 0.25, 0.5
#: What stands for no box, in the last row and column.
NOTHING = "background"

Counts = npt.NDArray[np.int64]


def count_confusions(classes: Sequence[ClassBoxes]) -> Counts:
    """Return (classes + 1, classes + 1) counts of boxes: rows by what is annotated, columns by what was found.

    The last row counts false alarms, the last column annotated boxes that nothing was found for.
    """
    counts = np.zeros((len(classes) + 1, len(classes) + 1), dtype=np.int64)
    for image in range(len(classes[0].truth)):
        _count_image(counts, classes, image)
    return counts


def _count_image(counts: Counts, classes: Sequence[ClassBoxes], image: int) -> None:
    nothing = len(classes)
    wanted = [(number, corners) for number, each in enumerate(classes) for corners in each.truth[image]]
    found = [(score, number, corners) for number, each in enumerate(classes) for score, corners in each.found[image]]
    for _, number, corners in sorted((each for each in found if each[0] >= SHOWN_FROM), reverse=True):
        match = best_match(corners, [there for _, there in wanted], SAME_PLACE_IOU)
        counts[nothing if match is None else wanted.pop(match)[0], number] += 1
    for number, _ in wanted:
        counts[number, nothing] += 1
