"""From the evidence map of a fracture model to a heat map and boxes in stored-image pixels.

The map has one logit for every cell of the model's canvas: class activation as in Zhou et al. 2016, with the class
weights inside the graph. A box is what stands out around one peak.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from domain.evidence_map import EvidenceMap
from domain.finding import Box
from inference.detection import overlap
from inference.explain.roi import component_at, enclose
from inference.preprocess import Letterbox

Map = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Boxes below this calibrated probability are not told.
FLOOR = 0.05
MAX_BOXES = 5

#: A component reaches down to this share of its peak. Of 0.5, 0.6, 0.7, 0.8 and 0.9 the one whose boxes matched the
#: authors' best on the FracAtlas validation split: mAP50 0.16, against 0.07 with 0.5.
RELATIVE_THRESHOLD = 0.7
#: Evidence below this is background, however low the peak.
ABSOLUTE_THRESHOLD = 0.02
#: Two boxes that overlap more than this (intersection over union) speak of one thing.
MAX_OVERLAP = 0.3
#: Each cell is cut into this many a side, so that a box does not jump by whole cells.
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """How a map lies on the stored image: cells of `cell_px` on the canvas of a letterbox."""

    letterbox: Letterbox
    cell_px: float
    rows: int
    columns: int

    def to_stored(self, x_cells: float, y_cells: float) -> tuple[float, float]:
        """Return the stored-image point of a point on the map, corner based, clipped to the image."""
        x, y = self.letterbox.to_stored(x_cells * self.cell_px, y_cells * self.cell_px)
        return min(max(float(x), 0.0), float(self.columns)), min(max(float(y), 0.0), float(self.rows))

    def covers(self, shape: tuple[int, int]) -> Mask:
        """Return which cells of a map of this shape have their centre on the image and not on the black around it."""
        x = (np.arange(shape[1]) + 0.5) * self.cell_px - self.letterbox.left_px
        y = (np.arange(shape[0]) + 0.5) * self.cell_px - self.letterbox.top_px
        across = (x >= 0) & (x <= self.columns * self.letterbox.scale_x)
        down = (y >= 0) & (y <= self.rows * self.letterbox.scale_y)
        if not (across.any() and down.any()):
            # An image thinner than a cell has no centre on it: keep the cells that it touches.
            across, down = (np.abs(x) < self.cell_px) | across, (np.abs(y) < self.cell_px) | down
        return np.asarray(down[:, None] & across[None, :])


def heat_map(logits: Map, frame: Frame) -> Map:
    """Return the evidence as (rows, columns) float32 in 0..1, a value for every pixel of the stored image."""
    return np.clip(spread_cells(_evidence(logits), frame), 0.0, 1.0)


def tell_map(logits: Map, frame: Frame, *, sop_instance_uid: str, model: str, method: str) -> EvidenceMap:
    """Return the evidence cell by cell, with the place of the cells on the stored image, as others may keep it."""
    box = frame.letterbox
    return EvidenceMap(
        sop_instance_uid=sop_instance_uid,
        model=model,
        method=method,
        rows=int(logits.shape[0]),
        columns=int(logits.shape[1]),
        cells=_evidence(logits).astype("<f4").tobytes(),
        left_px=-box.left_px / box.scale_x,
        top_px=-box.top_px / box.scale_y,
        cell_width_px=frame.cell_px / box.scale_x,
        cell_height_px=frame.cell_px / box.scale_y,
    )


def relative_heat(cells: Map, frame: Frame) -> Map:
    """Return a map without a scale of its own as a heat map (rows, columns), 0..1, its peak on the image 1.

    Args:
        cells: (h, w), not negative.
        frame: how the cells lie on the stored image. What lies on the black around the image is left out.
    """
    on_image = np.where(frame.covers(cells.shape[:2]), cells, np.float32(0))
    spread = np.maximum(spread_cells(on_image, frame), 0.0)
    peak = float(spread.max())
    return np.asarray(spread / max(peak, np.finfo(np.float32).tiny), dtype=np.float32)


def spread_cells(cells: Map, frame: Frame) -> Map:
    """Return a map (cells down, cells across) as (rows, columns) float32: linear between the cells' centres."""
    box, cell = frame.letterbox, frame.cell_px
    # From the centre of a stored pixel to the centre-based position on the map.
    step_x, step_y = box.scale_x / cell, box.scale_y / cell
    to_map = np.array(
        [
            [step_x, 0.0, 0.5 * step_x + box.left_px / cell - 0.5],
            [0.0, step_y, 0.5 * step_y + box.top_px / cell - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (frame.columns, frame.rows)
    warped = cv2.warpAffine(cells, to_map, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, dtype=np.float32)


def find_boxes(
    logits: Map, frame: Frame, calibrate: Callable[[float], float], *, at_least_one: bool = False
) -> tuple[Box, ...]:
    """Return boxes around the peaks of an evidence map, highest probability first.

    Args:
        logits: (cells down, cells across).
        frame: how the map lies on the stored image.
        calibrate: logit to probability.
        at_least_one: tell the highest peak whatever its probability.
    """
    on_image = frame.covers(logits.shape[:2])
    boxes: list[Box] = []
    for probability, mask in _components(_evidence(logits), on_image, logits, calibrate):
        needed = at_least_one and not boxes
        if len(boxes) == MAX_BOXES or (probability < FLOOR and not needed):
            break
        box = _enclose(mask, frame, probability)
        if box is not None and all(overlap(box.corners, other.corners) <= MAX_OVERLAP for other in boxes):
            boxes.append(box)
    return tuple(boxes)


def _evidence(logits: Map) -> Map:
    return (1.0 / (1.0 + np.exp(-np.clip(logits.astype(np.float64), -60.0, 60.0)))).astype(np.float32)


def _components(
    evidence: Map, on_image: Mask, logits: Map, calibrate: Callable[[float], float]
) -> Iterator[tuple[float, Mask]]:
    """Yield the probability and the area of each peak that is not the flank of a higher one, highest first."""
    evidence = np.where(on_image, evidence, np.float32(0))
    fine = _refine(evidence)
    taken = np.zeros(fine.shape, dtype=np.bool_)
    for row, column in _peaks(np.where(on_image, logits, -np.inf)):
        mask = _around(fine, row, column, max(RELATIVE_THRESHOLD * float(evidence[row, column]), ABSOLUTE_THRESHOLD))
        if not (mask & taken).any():
            taken |= mask
            yield calibrate(float(logits[row, column])), mask


def _refine(evidence: Map) -> Map:
    """Return the map with each cell cut into parts, smooth between the cells' centres."""
    size = (evidence.shape[1] * _PARTS, evidence.shape[0] * _PARTS)
    return np.asarray(cv2.resize(evidence, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _peaks(logits: npt.NDArray[np.floating]) -> list[tuple[int, int]]:
    """Return the cells that no neighbour exceeds, highest first; of a plateau every cell."""
    padded = np.pad(logits, 1, constant_values=-np.inf)
    rows, columns = logits.shape
    around = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    found = np.argwhere((logits >= np.max(around, axis=0)) & np.isfinite(logits))
    order = np.argsort([-logits[row, column] for row, column in found], kind="stable")
    return [(int(found[each][0]), int(found[each][1])) for each in order]


def _around(fine: Map, row: int, column: int, threshold: float) -> Mask:
    """Return the connected area above the threshold that holds a cell; the cell itself is always part of it."""
    above = fine >= threshold
    above[row * _PARTS : (row + 1) * _PARTS, column * _PARTS : (column + 1) * _PARTS] = True
    return component_at(above, row * _PARTS, column * _PARTS)


def _enclose(mask: Mask, frame: Frame, probability: float) -> Box | None:
    left, top, right, bottom = enclose(mask)
    x_min, y_min = frame.to_stored(left / _PARTS, top / _PARTS)
    x_max, y_max = frame.to_stored(right / _PARTS, bottom / _PARTS)
    if not (x_min < x_max and y_min < y_max):
        return None
    return Box("fracture", probability, x_min, y_min, x_max, y_max)
