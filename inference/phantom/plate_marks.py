"""What is on a radiograph besides the patient: collimation, the lead letter, jewellery."""

import math

import cv2
import numpy as np

from inference.phantom.rasters import Raster
from inference.phantom.spec import PhantomSpec

# strokes of the lead letters in a cell of width 0.6 and height 1
_LETTERS: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "L": (((0.0, 0.0), (0.0, 1.0), (0.58, 1.0)),),
    "R": (
        ((0.0, 1.0), (0.0, 0.0), (0.36, 0.0), (0.52, 0.08), (0.58, 0.25), (0.52, 0.42), (0.36, 0.5), (0.0, 0.5)),
        ((0.28, 0.5), (0.6, 1.0)),
    ),
}
_SUBPIXEL_BITS = 4
OPEN_MARGIN = -0.03
"""Margin of a side without a shutter: so far outside that the turn brings no corner of it into the picture."""
LETTER_PLACES = 160


def place_marker(image: Raster, load: Raster, letter: str, half: tuple[float, float], rng: np.random.Generator) -> None:
    """Write the letter, upright and never mirrored, on the place with the least bone (load: millimetres) nearby.

    half: the fractions of the picture's width between which the letter may stand.
    """
    rows, columns = image.shape
    height = 0.05 * max(rows, columns) * float(rng.uniform(0.7, 1.3))
    brightness, jitter = float(rng.uniform(0.9, 1.0)), rng.random((LETTER_PLACES, 2))
    reach = height * 1.1
    burden = cv2.boxFilter(load, -1, (2 * round(reach) + 1,) * 2, borderType=cv2.BORDER_REPLICATE)
    xs = (half[0] + (half[1] - half[0]) * jitter[:, 0]) * columns
    ys = (0.09 + 0.82 * jitter[:, 1]) * rows
    found = int(np.argmin(burden[ys.astype(int), xs.astype(int)]))
    mask = _draw_letter(letter, image.shape, (xs[found] - 0.3 * height, ys[found] - 0.5 * height), height)
    np.maximum(image, mask * brightness, out=image)


def _draw_letter(letter: str, shape: tuple[int, ...], corner: tuple[float, float], height: float) -> Raster:
    mask = np.zeros(shape[:2], np.uint8)
    thickness = max(1, round(height * 0.14))
    for stroke in _LETTERS[letter]:
        points = np.asarray(stroke) * height + np.asarray(corner) - 0.5
        fixed = np.round(points * 2**_SUBPIXEL_BITS).astype(np.int32)
        cv2.polylines(mask, [fixed], False, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
    return mask.astype(np.float32) / 255.0


def add_bangle(image: Raster, rng: np.random.Generator) -> None:
    """Draw a metal ring across the picture, as many a patient wears one."""
    rows, columns = image.shape
    centre = (int(columns * rng.uniform(0.3, 0.7)), int(rows * rng.uniform(0.1, 0.5)))
    axes = (int(columns * rng.uniform(0.07, 0.12)), max(2, int(rows * rng.uniform(0.01, 0.03))))
    mask = np.zeros(image.shape, np.uint8)
    cv2.ellipse(mask, centre, axes, float(rng.uniform(-20, 20)), 0, 360, 255, max(1, rows // 200), cv2.LINE_AA)
    np.maximum(image, mask.astype(np.float32) * (0.97 / 255.0), out=image)


def collimate(image: Raster, spec: PhantomSpec, rng: np.random.Generator) -> None:
    """Darken (or, as unexposed plates show, whiten) what lies outside slightly turned shutter edges; in place."""
    kind, turn = float(rng.random()), float(rng.uniform(-0.02, 0.02))
    margins = np.where(rng.random(4) < 0.6, rng.uniform(0.0, 0.045, 4), OPEN_MARGIN)
    level = float(rng.uniform(0.0, 0.03))
    if kind < 0.35:
        return
    if kind > 0.85 and not spec.plain:
        level = float(rng.uniform(0.85, 1.0))
    rows, columns = image.shape
    left, right, top, bottom = (margins - 0.5) * (1, -1, 1, -1)
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)]) * (columns, rows)
    middle = np.array([columns / 2 - 0.5, rows / 2 - 0.5])
    turned = corners @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    fixed = np.round((turned + middle) * 2**_SUBPIXEL_BITS).astype(np.int32)
    mask = np.zeros(image.shape, np.uint8)
    cv2.fillConvexPoly(mask, fixed, 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    inside = cv2.blur(mask, (3, 3)).astype(np.float32) / np.float32(255)
    image *= inside
    image += np.float32(level) * (1 - inside)
