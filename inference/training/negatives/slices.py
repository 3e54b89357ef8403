"""Pictures of other machines that arrive as captures: slices of a scanner and sectors of an ultrasound probe."""

import numpy as np

from inference.training.negatives.canvas import Canvas, cloud, ellipse_points, grain, mask_of, rescale, smooth, wobble


def draw_tomogram(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a slice through a trunk or a head: a body on black, organs and bone within, a table at times."""
    centre = (float(rng.uniform(0.45, 0.55)), float(rng.uniform(0.45, 0.55)))
    radii = (float(rng.uniform(0.25, 0.48)), float(rng.uniform(0.25, 0.45)))
    body = wobble(ellipse_points(centre, radii), rng, 0.06)
    inside = mask_of(body, shape, 0.5)
    picture = inside * rng.uniform(0.3, 0.7)
    if rng.random() < 0.5:
        picture += rng.uniform(0.2, 0.6) * (inside - mask_of(centre + (body - centre) * rng.uniform(0.8, 0.95), shape))
    for _ in range(int(rng.integers(4, 25))):
        at = np.array(centre) + rng.normal(0, 0.4, 2) * radii
        size = tuple(rng.uniform(0.02, 0.4) * np.array(radii) * rng.uniform(0.5, 1, 2))
        organ = wobble(ellipse_points((float(at[0]), float(at[1])), size, float(rng.uniform(0, 3))), rng, 0.15)
        picture += rng.uniform(-0.4, 0.5) * mask_of(organ, shape, float(rng.uniform(0.3, 2))) * inside
    picture += inside * rng.uniform(0, 0.4) * (cloud(rng, shape, float(rng.uniform(0.3, 1.5))) - 0.5)
    if rng.random() < 0.3:
        picture += 0.5 * mask_of([(0.1, 0.93), (0.9, 0.93), (0.9, 0.95), (0.1, 0.95)], shape, 0.7)
    if rng.random() < 0.4:
        picture = smooth(np.asarray(picture, dtype=np.float32), float(rng.uniform(0.5, 3)))
    return grain(np.asarray(np.clip(picture, 0, 1), dtype=np.float32), rng, 0.06)


def draw_ultrasound(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a sector or a rectangle of speckle with dark cysts and bright walls, scale marks beside it."""
    low, high = rng.uniform(0.15, 0.35), rng.uniform(0.65, 0.85)
    spread = float(rng.uniform(0, 0.3))
    field = mask_of([(low, 0.05), (high, 0.05), (high + spread / 2, 0.95), (low - spread / 2, 0.95)], shape)
    speckle = np.hypot(*(smooth(rng.standard_normal(shape).astype(np.float32), 1.2) for _ in range(2)))
    echo = rescale(speckle) ** rng.uniform(0.7, 2) * (0.3 + cloud(rng, shape, 1.6))
    for _ in range(int(rng.integers(1, 7))):
        centre = (float(rng.uniform(low, high)), float(rng.uniform(0.15, 0.85)))
        cyst = wobble(ellipse_points(centre, tuple(rng.uniform(0.02, 0.18, 2))), rng, 0.15)
        echo = echo * (1 - rng.uniform(-0.8, 0.95) * mask_of(cyst, shape, 1.5))
    picture = rescale(echo) * field
    picture[:: max(4, shape[0] // 12), -6:-2] = 1.0
    return np.asarray(np.clip(picture, 0, 1), dtype=np.float32)
