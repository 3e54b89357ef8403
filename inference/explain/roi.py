"""Regions of interest: the connected areas of a map, and the box around the one that stands out."""

import cv2
import numpy as np
import numpy.typing as npt

from domain.finding import Box

Map = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: A region of interest reaches down to this share of the map's peak.
RELATIVE_THRESHOLD = 0.5


def find_roi(
    heat_map: Map, probability: float, *, relative_threshold: float = RELATIVE_THRESHOLD, label: str = "fracture"
) -> Box | None:
    """Return the box around the largest area of a heat map that reaches a share of its peak; None where all is zero.

    Args:
        heat_map: (rows, columns) of the stored image, not negative: a box is told in its pixels.
        probability: what the box is told with, 0..1.
        relative_threshold: above 0, at most 1.
        label: what the box is told as.

    Raises:
        ValueError: the threshold is no share.
    """
    if not 0.0 < relative_threshold <= 1.0:
        raise ValueError(f"a threshold relative to the peak lies above 0 and at most at 1, not at {relative_threshold}")
    peak = float(heat_map.max())
    if peak <= 0.0:
        return None
    left, top, right, bottom = enclose(largest_component(heat_map >= relative_threshold * peak))
    return Box(label, probability, left, top, right, bottom)


def largest_component(above: Mask) -> Mask:
    """Return the connected area with the most pixels, the first from the top of equals; `above` is true somewhere."""
    _, labels, measures, _ = cv2.connectedComponentsWithStats(above.astype(np.uint8), connectivity=4)
    return np.asarray(labels == 1 + int(measures[1:, cv2.CC_STAT_AREA].argmax()))


def component_at(above: Mask, row: int, column: int) -> Mask:
    """Return the connected area that holds a place where `above` is true."""
    _, labels = cv2.connectedComponents(above.astype(np.uint8), connectivity=4)
    return np.asarray(labels == labels[row, column])


def enclose(mask: Mask) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what is true, corner based: right and bottom are one past the last."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
