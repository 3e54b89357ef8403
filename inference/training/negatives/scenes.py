"""What photographs look like to a network that sees grey: horizons, occlusion, light and shade, texture."""

from typing import cast

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
)


def draw_landscape(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a sky over ridges, each nearer one rougher and of another grey; trees or towers before some."""
    picture = _mix(gradient(rng, shape), cloud(rng, shape, float(rng.uniform(1.2, 2.2))), float(rng.uniform(0.2, 0.8)))
    horizon = float(rng.uniform(0.15, 0.7))
    x = np.linspace(0, 1, 128)
    for _ in range(int(rng.integers(1, 6))):
        ridge = horizon + rng.uniform(0.02, 0.2) * (np.interp(x, np.linspace(0, 1, 128), _walk(rng, 128)) - 0.5)
        outline = [(0.0, 1.0), *zip(x, ridge, strict=True), (1.0, 1.0)]
        ground = rng.random() + rng.uniform(0.1, 0.6) * (cloud(rng, shape, float(rng.uniform(0.6, 1.6))) - 0.5)
        picture = _lay(picture, mask_of(outline, shape), np.asarray(ground, dtype=np.float32))
        horizon += float(rng.uniform(0.05, 0.3))
    if rng.random() < 0.6:
        picture = _plant(picture, rng)
    return _photograph(picture, rng)


def draw_clutter(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return flat and shaded shapes in front of each other: streets, rooms, desks."""
    picture = gradient(rng, shape)
    for _ in range(int(rng.integers(5, 60))):
        centre = (float(rng.random()), float(rng.random()))
        size = 0.5 * rng.random() ** 2 + 0.02
        radii = (float(size * rng.uniform(0.3, 1.5)), float(size * rng.uniform(0.3, 1.5)))
        outline = ellipse_points(centre, radii, float(rng.uniform(0, np.pi)))[:: int(rng.choice([1, 8, 12, 16, 16]))]
        shade = rng.random() + rng.uniform(-0.4, 0.4) * gradient(rng, shape)
        if rng.random() < 0.4:
            shade = shade + rng.uniform(0, 0.5) * (cloud(rng, shape, float(rng.uniform(0.2, 1.8))) - 0.5)
        picture = _lay(picture, mask_of(outline, shape), np.asarray(shade, dtype=np.float32))
    return _photograph(picture, rng)


def draw_still_life(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return one or a few lit bodies before a blurred or even ground: faces, animals, fruit, cars."""
    ground = rng.random() + rng.uniform(0, 0.8) * (cloud(rng, shape, float(rng.uniform(1.5, 2.5))) - 0.5)
    if rng.random() < 0.4:
        ground = np.full(shape, rng.choice([0.0, 0.05, 0.95, 1.0]))
    picture = np.asarray(ground, dtype=np.float32)
    for _ in range(int(rng.integers(1, 6))):
        centre = (float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.2, 0.8)))
        picture = _lay(picture, *_light_body(rng, shape, centre, float(rng.uniform(0.1, 0.45))))
    return _photograph(picture, rng)


def draw_texture(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return cloth, bark, grass, bricks or water: one pattern from edge to edge, warped."""
    rows, columns = np.indices(shape, dtype=np.float32)
    period = rng.uniform(4, 60)
    warp = cloud(rng, shape, 2.0) * rng.uniform(0, 120)
    wave = np.sin((columns + warp) / period * 2 * np.pi) * np.sin((rows + warp) / (period * rng.uniform(0.5, 8)) * 6.28)
    pattern = np.sign(wave) if rng.random() < 0.3 else wave
    other = cloud(rng, shape, float(rng.uniform(0.4, 1.5)))
    return _photograph(_mix(rescale(pattern), other, float(rng.uniform(0.2, 1))), rng)


def _light_body(
    rng: np.random.Generator, shape: tuple[int, int], centre: tuple[float, float], size: float
) -> tuple[Canvas, Canvas]:
    """Return the mask and the shading of a body lit from one side, with spots on it and limbs at times."""
    radii = (size * float(rng.uniform(0.5, 1)), size * float(rng.uniform(0.5, 1)))
    outline = wobble(ellipse_points(centre, radii, float(rng.uniform(0, np.pi))), rng, float(rng.uniform(0, 0.2)))
    mask = mask_of(outline, shape)
    for _ in range(int(rng.choice([0, 0, 2, 4, 6]))):
        end = np.array(centre) + rng.uniform(-1, 1, 2) * size * 1.8
        middle = (np.array(centre) + end) / 2 + rng.normal(0, 0.1, 2) * size
        stroke(mask, np.stack([np.array(centre), middle, end]), shape[1] * size * rng.uniform(0.05, 0.3), 1.0)
    depth = smooth(mask, max(shape) * size * float(rng.uniform(0.1, 0.4)))
    light = rng.uniform(0.2, 0.9) + rng.uniform(-0.6, 0.6) * (gradient(rng, shape) - 0.5) * 2 + 0.5 * (depth - 0.7)
    light = light + rng.uniform(0, 0.6) * (cloud(rng, shape, float(rng.uniform(0.5, 1.8))) - 0.5)
    for _ in range(int(rng.integers(0, 8))):
        spot = ellipse_points(tuple(np.array(centre) + rng.normal(0, 0.4, 2) * radii), (size * 0.12, size * 0.08))
        light = light + rng.uniform(-0.7, 0.7) * mask_of(spot, shape)
    return mask, np.asarray(light, dtype=np.float32)


def _plant(picture: Canvas, rng: np.random.Generator) -> Canvas:
    grey = float(rng.random())
    for _ in range(int(rng.integers(1, 12))):
        x, foot, top = rng.random(), rng.uniform(0.5, 1), rng.uniform(0.05, 0.5)
        stroke(picture, [(x, foot), (x + rng.normal(0, 0.04), top)], picture.shape[1] * rng.uniform(0.005, 0.08), grey)
        if rng.random() < 0.6:
            crown = wobble(ellipse_points((x, top), (rng.uniform(0.03, 0.2), rng.uniform(0.03, 0.2))), rng, 0.2)
            leaves = np.asarray(grey + 0.6 * (cloud(rng, picture.shape, 0.6) - 0.5), dtype=np.float32)
            picture = _lay(picture, mask_of(crown, picture.shape), leaves)
    return picture


def _photograph(picture: Canvas, rng: np.random.Generator) -> Canvas:
    """Give a scene the lens, the exposure and the grain of a camera; turn it at times."""
    blurred = smooth(np.clip(picture, 0, 1, dtype=np.float32), float(rng.choice([0, 0.5, 1, 2])))
    toned = np.asarray(blurred ** rng.uniform(0.5, 2), dtype=np.float32)
    if rng.random() < 0.3:
        toned = cast(Canvas, np.ascontiguousarray(cv2.resize(np.rot90(toned), picture.shape[::-1])))
    if rng.random() < 0.2:
        toned = np.asarray(1 - toned, dtype=np.float32)
    return grain(toned, rng, 0.05)


def _walk(rng: np.random.Generator, steps: int) -> Canvas:
    return rescale(
        np.cumsum(rng.standard_normal(steps)) * rng.uniform(0.2, 1) + np.linspace(0, rng.normal(0, 5), steps)
    )


def _mix(first: Canvas, second: Canvas, share: float) -> Canvas:
    return np.asarray(first * (1 - share) + second * share, dtype=np.float32)


def _lay(picture: Canvas, mask: Canvas, shade: Canvas) -> Canvas:
    return np.asarray(picture * (1 - mask) + shade * mask, dtype=np.float32)
