"""Pictures compared by region: whether a line is where it must be, and whether a part shows what it must show."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Points = Sequence[Sequence[float]] | NDArray[np.float64]


def is_like(picture: Picture, colour: tuple[int, int, int], *, within: int = 60) -> Mask:
    """Return (rows, columns): where a picture has a colour, by the largest difference of a channel."""
    return np.abs(picture.astype(np.int16) - np.asarray(colour)).max(axis=2) <= within


def cover_outline(mask: Mask, corners: Points, *, within_px: int = 2) -> float:
    """Return how much of the least covered side of a closed outline is marked, 0 to 1.

    Args:
        corners: (x, y) of the picture, the first one again as the last.
        within_px: how far beside its line a mark may be; a dash of twice that is no gap.
    """
    side = 2 * within_px + 1
    wide = cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8))
    return min(_cover_line(wide, *ends) for ends in pairwise(corners))


def _cover_line(mask: Picture, start: Sequence[float], end: Sequence[float]) -> float:
    length = int(max(abs(end[0] - start[0]), abs(end[1] - start[1]))) + 1
    columns, rows = (np.rint(np.linspace(start[axis], end[axis], length)).astype(int) for axis in (0, 1))
    inside = (rows >= 0) & (rows < mask.shape[0]) & (columns >= 0) & (columns < mask.shape[1])
    return float(mask[rows[inside], columns[inside]].sum() / length)


def cut(picture: Picture, frame: Sequence[float]) -> Picture:
    """Return the part of a picture within (left, top, right, bottom)."""
    left, top, right, bottom = (max(0, round(edge)) for edge in frame)
    return picture[top:bottom, left:right]


def find_likeness(picture: Picture, expected: Picture, scale: float) -> float:
    """Return the highest correlation, -1 to 1, of an expected picture with any part of another, at a scale."""
    size = (round(expected.shape[1] * scale), round(expected.shape[0] * scale))
    wanted = cv2.resize(_grey(expected), size, interpolation=cv2.INTER_AREA)
    margin = 4  # its edge may be cut off by a pixel or two
    wanted = wanted[margin:-margin, margin:-margin]
    return float(cv2.matchTemplate(_grey(picture), wanted, cv2.TM_CCOEFF_NORMED).max())


def find_scale(picture: Picture, expected: Picture, scales: Sequence[float]) -> tuple[float, float]:
    """Return the highest likeness over scales, and its scale."""
    return max((find_likeness(picture, expected, scale), scale) for scale in scales)


def _grey(picture: Picture) -> Picture:
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
