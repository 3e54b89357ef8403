"""Plates without a patient: test patterns, empty exposures, and things that lay on the detector."""

from collections.abc import Callable

import cv2
import numpy as np

from inference.training.negatives.canvas import (
    Canvas,
    cloud,
    ellipse_points,
    gradient,
    grain,
    mask_of,
    rescale,
    smooth,
    stroke,
    wobble,
    write,
)

Make = Callable[[np.random.Generator, tuple[int, int]], Canvas]


def _bars(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Line pairs of growing frequency, or a step wedge."""
    x = np.linspace(0, 1, shape[1])[None, :]
    wave = 0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(2, 40) * x ** rng.uniform(1, 2.5))
    steps = np.floor(x * (count := int(rng.integers(4, 24)))) / count
    picture = np.repeat(np.asarray(wave > 0.5 if rng.random() < 0.4 else wave, dtype=np.float32), shape[0], axis=0)
    wedge = np.repeat(steps.astype(np.float32), shape[0], axis=0)
    cut = int(rng.uniform(0, 1.2) * shape[0])
    picture[cut:] = wedge[cut:]
    return picture


def _grid(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    picture = np.full(shape, rng.uniform(0, 0.5), dtype=np.float32)
    width = float(rng.uniform(1, 4))
    for share in np.linspace(0, 1, int(rng.integers(4, 30))):
        stroke(picture, [(share, 0), (share, 1)], width, 1.0)
        stroke(picture, [(0, share), (1, share)], width, 1.0)
    for radius in np.linspace(0.1, 0.5, int(rng.integers(1, 5))):
        stroke(picture, ellipse_points((0.5, 0.5), (radius, radius)), width, 1.0)
    return picture


def _checks(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    step = rng.integers(6, 70)
    rows, columns = np.indices(shape) // step
    return np.asarray((rows + columns) % 2, dtype=np.float32)


def _monitor(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Patches of grey around a middle patch, with corner patterns, as pictures for judging a monitor have them."""
    picture = np.full(shape, 0.5, dtype=np.float32)
    count = int(rng.integers(8, 20))
    for index in range(count):
        angle = 2 * np.pi * index / count
        x, y = 0.5 + 0.33 * np.cos(angle), 0.5 + 0.33 * np.sin(angle)
        half = 1.0 / count
        corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
        picture = _over(picture, mask_of(corners, shape), index / (count - 1))
    bars = _bars(rng, (shape[0] // 6, shape[1] // 6))
    for top in (0, shape[0] - bars.shape[0]):
        for left in (0, shape[1] - bars.shape[1]):
            picture[top : top + bars.shape[0], left : left + bars.shape[1]] = bars
    return picture


def _discs(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Rows of contrast details on an even ground."""
    picture = np.full(shape, rng.uniform(0.2, 0.8), dtype=np.float32)
    rows, columns = int(rng.integers(3, 9)), int(rng.integers(3, 9))
    for row in range(rows):
        for column in range(columns):
            radius = 0.4 / max(rows, columns) * (row + 1) / rows
            centre = ((column + 0.5) / columns, (row + 0.5) / rows)
            picture += 0.5 * (column + 1) / columns * mask_of(ellipse_points(centre, (radius, radius)), shape)
    return rescale(picture)


MAKERS: tuple[Make, ...] = (_bars, _grid, _checks, _monitor, _discs)


def draw_test_pattern(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a pattern for judging a detector or a monitor."""
    picture = MAKERS[int(rng.integers(len(MAKERS)))](rng, shape)
    return grain(smooth(picture, float(rng.uniform(0, 1.5))), rng, 0.08)


def draw_empty_plate(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return an exposure of nobody: heel effect, collimator, perhaps a side letter or a cable."""
    picture = 0.5 + rng.uniform(0, 0.3) * gradient(rng, shape) + rng.uniform(0, 0.1) * cloud(rng, shape, 2.0)
    picture = np.asarray(picture * rng.uniform(0.1, 1.2), dtype=np.float32)
    if rng.random() < 0.7:
        left, top = rng.uniform(0, 0.35, 2)
        right, bottom = rng.uniform(0.65, 1, 2)
        field = mask_of([(left, top), (right, top), (right, bottom), (left, bottom)], shape, float(rng.uniform(0.3, 3)))
        picture = _over(picture, 1 - field, float(rng.choice([0.0, 1.0])))
    if rng.random() < 0.5:
        corner = (int(rng.uniform(0.05, 0.85) * shape[1]), int(rng.uniform(0.15, 0.95) * shape[0]))
        write(picture, str(rng.choice(["L", "R"])), corner, cv2.FONT_HERSHEY_SIMPLEX, float(rng.uniform(0.5, 1.5)), 2)
    if rng.random() < 0.3:
        x = np.linspace(0, 1, 30)
        stroke(picture, np.column_stack([x, 0.5 + np.cumsum(rng.normal(0, 0.05, 30))]), float(rng.uniform(1, 5)), 0.9)
    return grain(picture, rng, 0.08)


def draw_objects(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return things on a plate: rods, plates, balls and rings, brighter where they overlap."""
    load = np.zeros(shape, dtype=np.float32)
    for _ in range(int(rng.integers(1, 9))):
        centre, angle = (float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.1, 0.9))), float(rng.uniform(0, np.pi))
        radii = (float(rng.uniform(0.03, 0.3)), float(rng.uniform(0.03, 0.3)))
        sharp = rng.choice([4, 5, 6, 64])
        outline = ellipse_points(centre, radii, angle)[:: 64 // int(min(sharp, 64))]
        body = mask_of(wobble(outline, rng, 0.05) if sharp == 64 else outline, shape, float(rng.uniform(0, 2)))
        if rng.random() < 0.3:
            body -= 0.7 * mask_of(ellipse_points(centre, (radii[0] * 0.7, radii[1] * 0.7), angle), shape)
        load += np.asarray(body * rng.uniform(0.2, 1.5), dtype=np.float32)
    return grain(rescale(1 - np.exp(-load)), rng, 0.05)


def _over(picture: Canvas, mask: Canvas, value: float) -> Canvas:
    return np.asarray(picture * (1 - mask) + value * mask, dtype=np.float32)
