"""Noise of the kinds that a broken detector, an empty file or a joker sends."""

from collections.abc import Callable

import cv2
import numpy as np

from inference.training.negatives.canvas import Canvas, cloud, gradient, rescale, smooth

Make = Callable[[np.random.Generator, tuple[int, int]], Canvas]


def _white(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    return np.asarray(rng.random(shape), dtype=np.float32)


def _normal(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    return np.asarray(np.clip(rng.normal(0.5, rng.uniform(0.02, 0.3), shape), 0, 1), dtype=np.float32)


def _coloured(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    return cloud(rng, shape, float(rng.uniform(0.3, 2.4)))


def _salt(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    picture = np.full(shape, rng.random(), dtype=np.float32)
    spots = rng.random(shape) < rng.uniform(0.005, 0.3)
    picture[spots] = rng.integers(0, 2, int(spots.sum()))
    return picture


def _coarse(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Noise in blocks, sharp or blurred to blobs."""
    step = int(rng.integers(2, 40))
    small = _white(rng, (max(2, shape[0] // step), max(2, shape[1] // step)))
    method = int(rng.choice([cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    return np.asarray(cv2.resize(small, shape[::-1], interpolation=method), dtype=np.float32)


def _stripes(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Lines of a detector that lost its rows or columns, whole or in part."""
    lines = rescale(rng.standard_normal((shape[0], 1)) @ np.ones((1, shape[1])))
    mixed = rng.uniform(0.4, 1) * lines + rng.uniform(0, 0.5) * _white(rng, shape)
    turned = np.asarray(cv2.resize(mixed.T, shape[::-1]), dtype=np.float32)
    return rescale(mixed if rng.random() < 0.5 else turned)


def _band(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Noise of one scale, as worms and speckle have."""
    sigma = float(rng.uniform(0.7, 12))
    field = rng.standard_normal(shape).astype(np.float32)
    return rescale(smooth(field, sigma) - smooth(field, sigma * float(rng.uniform(1.3, 3))))


MAKERS: tuple[Make, ...] = (_white, _normal, _coloured, _coloured, _salt, _coarse, _stripes, _band)


def draw_noise(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return noise of one kind, or two kinds mixed."""
    picture = MAKERS[int(rng.integers(len(MAKERS)))](rng, shape)
    if rng.random() < 0.3:
        share = rng.uniform(0.2, 0.8)
        picture = share * picture + (1 - share) * MAKERS[int(rng.integers(len(MAKERS)))](rng, shape)
    return np.asarray(np.clip(picture, 0, 1) ** rng.uniform(0.5, 2.5), dtype=np.float32)


def draw_noisy_gradient(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a ramp or a vignette under noise."""
    ramp = gradient(rng, shape)
    if rng.random() < 0.5:
        ramp = rescale(-np.abs(ramp - rng.random()) - np.abs(gradient(rng, shape) - rng.random()))
    return rescale(ramp + rng.uniform(0, 0.6) * draw_noise(rng, shape))
