"""An image as its stored values and the grey that each of them shows.

A step that takes one grey to one grey then changes a table of at most 65536 entries and not five million pixels, and
whoever needs pixels has them in one pass, to the last bit as if every step had been done on them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Stored = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class GreyImage:
    """A grey image.

    Attributes:
        stored: (rows, columns) uint8 or uint16.
        table: (values,) float32 in 0..1, bone bright; stored values beyond its end are black.
    """

    stored: Stored
    table: Pixels

    def pixels(self) -> Pixels:
        """Return (rows, columns) float32, made each time it is asked for."""
        return np.asarray(_look_up(self.stored, self.table), dtype=np.float32)

    def bytes(self) -> npt.NDArray[np.uint8]:
        """Return (rows, columns) uint8, 255 = bright."""
        return np.asarray(_look_up(self.stored, to_bytes(self.table)), dtype=np.uint8)

    def thinned(self, step: int) -> "GreyImage":
        """Return every `step`-th pixel of every `step`-th row."""
        return GreyImage(self.stored[::step, ::step], self.table)

    def through(self, change: Callable[[Pixels], Pixels]) -> "GreyImage":
        """Return the image whose greys are changed by a function of the grey alone."""
        return GreyImage(self.stored, change(self.table))


def to_bytes(greys: Pixels) -> npt.NDArray[np.uint8]:
    """Return greys in 0..1 as 0..255, rounded; what lies outside is clipped."""
    return np.asarray(np.rint(np.clip(greys, 0.0, 1.0) * 255.0), dtype=np.uint8)


def _look_up(stored: Stored, table: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Return the entry of a table for each pixel; OpenCV does it on all threads, and twice as fast on one."""
    every_value = np.zeros(2 ** (8 * stored.dtype.itemsize), dtype=table.dtype)
    every_value[: len(table)] = table[: len(every_value)]
    return np.asarray(cv2.LUT(stored, every_value))
