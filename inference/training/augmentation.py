"""Random views of a training example: geometry moves the boxes along, tones change as exposure and windowing do."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.training.fracatlas import Example, NormalisedBox

Canvas = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AugmentationRanges:
    """How far a view may be from the original. Angles in degrees, shifts as a share of the side."""

    rotation: float = 15.0
    quarter_turn_share: float = 0.1
    scale: tuple[float, float] = (0.85, 1.2)
    shear: float = 5.0
    shift: float = 0.06
    gamma: tuple[float, float] = (0.7, 1.4)
    contrast: tuple[float, float] = (0.75, 1.3)
    brightness: float = 0.1
    noise: float = 0.03
    blur_share: float = 0.15
    erase_share: float = 0.2


def augment(
    example: Example, side_px: int, ranges: AugmentationRanges, rng: np.random.Generator
) -> tuple[Canvas, tuple[NormalisedBox, ...]]:
    """Return a random view, (side_px, side_px) float32 in 0..1, and its boxes in 0..1 of the view."""
    matrix = _random_affine(example.pixels.shape[0], side_px, ranges, rng)
    view = cv2.warpAffine(example.pixels, matrix, (side_px, side_px), flags=cv2.INTER_AREA)
    boxes = [_move(box, matrix, example.pixels.shape[0], side_px) for box in example.boxes]
    return _change_tones(_to_unit(view), ranges, rng), tuple(box for box in boxes if _is_visible(box))


def centre(example: Example, side_px: int) -> Canvas:
    """Return the example as serving sees it, (side_px, side_px) float32 in 0..1."""
    if example.pixels.shape[0] == side_px:
        return _to_unit(example.pixels)
    resized = cv2.resize(example.pixels, (side_px, side_px), interpolation=cv2.INTER_AREA)
    return _to_unit(resized)


def _to_unit(pixels: npt.NDArray[np.generic]) -> Canvas:
    return np.divide(pixels, 255, dtype=np.float32)


def _random_affine(
    from_px: int, to_px: int, ranges: AugmentationRanges, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    angle = rng.uniform(-ranges.rotation, ranges.rotation)
    if rng.random() < ranges.quarter_turn_share:
        angle += 90 * rng.integers(1, 4)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    zoom = math.exp(rng.uniform(*np.log(ranges.scale)))
    flip = rng.choice([-1.0, 1.0])
    shear = math.tan(math.radians(rng.uniform(-ranges.shear, ranges.shear)))
    linear = zoom * (to_px / from_px) * np.array([[cos, -sin], [sin, cos]]) @ np.array([[flip, shear], [0.0, 1.0]])
    target = to_px / 2 + rng.uniform(-ranges.shift, ranges.shift, 2) * to_px
    offset = target - linear @ np.array([from_px / 2, from_px / 2])
    return np.hstack([linear, offset[:, None]])


def _move(box: NormalisedBox, matrix: npt.NDArray[np.float64], from_px: int, to_px: int) -> NormalisedBox:
    """Bound the ellipse inside the box: a turned box's own corners are where the find is not."""
    x_min, y_min, x_max, y_max = (value * from_px for value in box)
    centre = matrix @ np.array([(x_min + x_max) / 2, (y_min + y_max) / 2, 1])
    reach = np.hypot(matrix[:, 0] * (x_max - x_min) / 2, matrix[:, 1] * (y_max - y_min) / 2)
    low, high = np.clip((centre - reach) / to_px, 0.0, 1.0), np.clip((centre + reach) / to_px, 0.0, 1.0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _is_visible(box: NormalisedBox) -> bool:
    return box[2] - box[0] > 0.004 and box[3] - box[1] > 0.004


def _change_tones(view: Canvas, ranges: AugmentationRanges, rng: np.random.Generator) -> Canvas:
    view = np.power(view, np.float32(math.exp(rng.uniform(*np.log(ranges.gamma)))))
    contrast, shift = rng.uniform(*ranges.contrast), rng.uniform(-ranges.brightness, ranges.brightness)
    view = (view - np.float32(0.5)) * np.float32(contrast) + np.float32(0.5 + shift)
    if rng.random() < ranges.blur_share:
        view = np.asarray(cv2.GaussianBlur(view, (0, 0), float(rng.uniform(0.4, 1.0))), dtype=np.float32)
    view = view + rng.normal(0, rng.uniform(0, ranges.noise), view.shape).astype(np.float32)
    if rng.random() < ranges.erase_share:
        _erase_corner(view, rng)
    return np.clip(view, 0.0, 1.0, dtype=np.float32)


def _erase_corner(view: Canvas, rng: np.random.Generator) -> None:
    """Black out a strip at an edge, as a collimator does: the network must not rely on the frame of the picture."""
    depth = int(rng.uniform(0.02, 0.1) * view.shape[0])
    turned = np.rot90(view, int(rng.integers(0, 4)))
    turned[:depth] = 0.0
