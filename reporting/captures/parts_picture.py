"""Drawing what each part of a radiograph adds: colour over the bone, and the weights that matter in numbers."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from reporting import wording
from reporting.captures.canvas import Colour, Pixels
from reporting.captures.part_weights import PartWeights

#: Apart for the colour-blind too (Okabe and Ito 2008): orange speaks for a fracture, blue against it.
FOR: Colour = (230, 159, 0)
AGAINST: Colour = (86, 180, 233)
LEGEND: Final = ((wording.SPEAKS_FOR, FOR, False), (wording.SPEAKS_AGAINST, AGAINST, False))
#: Largest share of colour in a pixel: the bone stays to be seen.
_OPACITY: Final = 0.6
#: Weights below this share of the largest, or below half a percentage point, are not worth a number.
_TOLD_SHARE: Final = 0.25
_TOLD_FROM: Final = 0.005


def shrink(values: NDArray[np.float32], picture: Pixels) -> NDArray[np.float32]:
    """Return values (rows, columns) as they lie on a picture (r, c) of the same field."""
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def tint(picture: Pixels, share: NDArray[np.float32], colour: Colour) -> Pixels:
    """Mix a colour into a grey (r, c) or coloured (r, c, 3) picture by a share (r, c) of 0..1."""
    base = (cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB) if picture.ndim == 2 else picture).astype(np.float32)
    mixed = base + (np.array(colour, dtype=np.float32) - base) * (np.clip(share, 0, 1) * _OPACITY)[:, :, None]
    return np.asarray(np.rint(mixed), dtype=np.uint8)


def draw_parts(picture: Pixels, parts: PartWeights) -> Pixels:
    """Return a grey picture (r, c) with its parts in colour, (r, c, 3): the deeper, the more a part adds."""
    weights = np.array(parts.by_part, dtype=np.float32)[parts.labels] / max(parts.largest, 1e-6)
    weights = shrink(weights, picture)
    colours = tint(picture, np.maximum(weights, 0), FOR)
    colours = tint(colours, np.maximum(-weights, 0), AGAINST)
    _number_parts(colours, parts)
    return colours


def _number_parts(colours: Pixels, parts: PartWeights) -> None:
    """Write the weight of the parts that matter into their middle, in percentage points."""
    across, down = colours.shape[1] / parts.labels.shape[1], colours.shape[0] / parts.labels.shape[0]
    size = max(colours.shape[:2]) / 1400
    for part, weight in enumerate(parts.by_part):
        if part == parts.outside or abs(weight) < max(_TOLD_SHARE * parts.largest, _TOLD_FROM):
            continue
        rows, columns = np.nonzero(parts.labels == part)
        text = f"{100 * weight:+.0f}"
        (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 2)
        at = (round(columns.mean() * across - width / 2), round(rows.mean() * down + height / 2))
        cv2.putText(colours, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 5, cv2.LINE_AA)
        cv2.putText(colours, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 2, cv2.LINE_AA)
