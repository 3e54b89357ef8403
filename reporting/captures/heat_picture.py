"""Drawing where a model looked: its evidence in colour over a radiograph, and the scale of the colours."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.evidence_map import EvidenceMap
from reporting import wording
from reporting.captures.canvas import ColourScale, Pixels

Heat = NDArray[np.float32]

#: Evidence at the end of the scale at least: a map that is nowhere warm must not look as if it were.
LEAST_TOP: Final = 0.1
#: From this share of the scale on the colour is as strong as it gets; below, it fades out.
_FULL_FROM: Final = 0.4
#: Largest share of colour in a pixel: the bone stays to be seen.
_OPACITY: Final = 0.55
#: The part of the table (of 256) that stands out on black, grey and white alike; it grows brighter all the way, and
#: the colour-blind can tell it.
_FIRST, _LAST = 70, 220


def spread_evidence(evidence: EvidenceMap, stored: tuple[int, int], shape: tuple[int, int]) -> Heat:
    """Return the evidence as (r, c) float32 in 0..1, linear between the centres of the cells.

    Args:
        evidence: of one image.
        stored: rows and columns of that image.
        shape: r and c of a picture of its whole field.
    """
    cells = np.frombuffer(evidence.cells, "<f4").reshape(evidence.rows, evidence.columns)
    # The size of a pixel of the picture, and the place of the centre of the first, in cells; centres count from 0.
    down, across = stored[0] / shape[0] / evidence.cell_height_px, stored[1] / shape[1] / evidence.cell_width_px
    left, top = evidence.left_px / evidence.cell_width_px, evidence.top_px / evidence.cell_height_px
    to_map = np.array([[across, 0.0, across / 2 - left - 0.5], [0.0, down, down / 2 - top - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (shape[1], shape[0])
    spread = cv2.warpAffine(np.ascontiguousarray(cells), to_map, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(spread, np.float32)


def find_top(heat: Heat) -> float:
    """Return the evidence that the last colour stands for: the highest of the image."""
    return max(float(heat.max()), LEAST_TOP)


def tint_by_heat(picture: Pixels, heat: Heat, top: float) -> Pixels:
    """Return a grey picture (r, c) under its heat (r, c), as (r, c, 3): no colour at 0, the last at `top`."""
    levels, share = cv2.convertScaleAbs(heat, alpha=255 / top), _shares()
    kept = cv2.LUT(levels, np.asarray(np.rint(255 * (1 - share)), np.uint8))
    coloured = cv2.applyColorMap(levels, np.asarray(np.rint(_colours() * share[:, None]), np.uint8)[:, None])
    grey = cv2.cvtColor(cv2.multiply(picture, kept, scale=1 / 255), cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.add(grey, coloured, dst=coloured), np.uint8)


def describe_scale(top: float) -> ColourScale:
    """Return the scale that explains the colours, as they look on a middle grey."""
    middle = np.full((1, 256), 96, np.uint8)
    every_heat = np.linspace(0, top, 256, dtype=np.float32)[None]
    return ColourScale(tint_by_heat(middle, every_heat, top)[0], "0", f"{top:.2f}", wording.HEAT_SCALE)


def _colours() -> Pixels:
    """The 256 colours of the scale, (256, 3) RGB."""
    steps = np.linspace(_FIRST, _LAST, 256).round().astype(np.uint8)
    return np.asarray(cv2.applyColorMap(steps[:, None], cv2.COLORMAP_INFERNO)[:, 0, ::-1], np.uint8)


def _shares() -> NDArray[np.float64]:
    """The share of colour in a pixel for each of the 256 levels."""
    return np.asarray(_OPACITY * np.minimum(np.linspace(0, 1 / _FULL_FROM, 256), 1.0) ** 1.5)
