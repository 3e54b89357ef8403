"""One drawn exposure: parts laid one over the other, then developed.

Attenuations add along a ray, so each part is a mask with a weight, and the display is a saturating curve of the sum.
"""

import numpy as np

from inference.training.negatives.canvas import Canvas, Points, cloud, gradient, grain, mask_of, smooth, stroke, wobble


class Film:
    """An exposure in the making. Coordinates are shares of the picture, before the body is tilted and shifted."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, int]) -> None:
        self.rng = rng
        self.shape = shape
        self.load: Canvas = np.zeros(shape, dtype=np.float32)
        angle, zoom = rng.normal(0, 0.06), rng.uniform(0.85, 1.3)
        self._turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        self._shift = rng.normal(0, 0.03, 2)
        self._is_mirrored = rng.random() < 0.5

    def place(self, points: Points) -> Points:
        """Return outline points where the tilted, zoomed, shifted body has them."""
        moved = (points - 0.5) @ self._turn.T + 0.5 + self._shift
        return np.asarray(moved * np.array([-1, 1]) + np.array([1, 0]) if self._is_mirrored else moved)

    def add(self, points: Points, weight: float, softness: float = 0.008, uneven: float = 0.04) -> None:
        """Lay on a part; `softness` is the width of its edge as a share of the picture, `uneven` its bulges."""
        outline = self.place(wobble(np.asarray(points, dtype=np.float64), self.rng, uneven))
        layer = mask_of(outline, self.shape, softness * max(self.shape))
        self.load += np.float32(weight * self.rng.uniform(0.75, 1.3)) * layer

    def add_tube(self, points: Points, width: float, weight: float) -> None:
        """Lay on a line of a width, denser along its walls than within, as ribs look."""
        for thickness, share in ((width, 1.0), (width * 0.55, -0.55)):
            layer = np.zeros(self.shape, dtype=np.float32)
            stroke(layer, self.place(np.asarray(points, dtype=np.float64)), thickness * max(self.shape), 1.0)
            self.load += np.float32(weight * share) * smooth(layer, max(self.shape) * 0.003)

    def develop(self) -> Canvas:
        """Return the picture: mottle, scatter, curve, edge enhancement, collimator at times, grain."""
        rng, side = self.rng, max(self.shape)
        load = np.maximum(self.load, 0) * (1 + 0.15 * (cloud(rng, self.shape, 1.2) - 0.5))
        load = np.asarray(load + rng.uniform(0, 0.3) * smooth(load.astype(np.float32), side * 0.08), dtype=np.float32)
        film = np.asarray(1 - np.exp(-rng.uniform(0.7, 1.8) * load), dtype=np.float32)
        film += np.float32(rng.uniform(0, 1)) * (film - smooth(film, side * 0.03))
        film += np.float32(rng.uniform(0, 0.15)) * gradient(rng, self.shape)
        if rng.random() < 0.3:
            _collimate(film, rng)
        return grain(np.asarray(np.clip(film, 0, 1) ** rng.uniform(0.7, 1.5), dtype=np.float32), rng, 0.04)


def _collimate(film: Canvas, rng: np.random.Generator) -> None:
    for _ in range(4):
        turned = np.rot90(film, int(rng.integers(4)))
        turned[: int(rng.uniform(0.01, 0.1) * turned.shape[0])] = 0.0
