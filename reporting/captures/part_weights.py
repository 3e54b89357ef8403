"""What each part of an image adds to a probability, as LIME found it: what a picture of it needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class PartWeights:
    """The weights of the parts of one image.

    Attributes:
        labels: (rows, columns), the part of each place; of any size, over the whole field of the image.
        by_part: what each part adds to the probability: 0.1 is ten percentage points.
        outside: the part that lies outside the anatomy; None where there is none.
        samples: how many times parts were hidden.
        seed: what decided which.
        r2: how much of what the models did the linear model explains, at most 1.
        models: name and version of each model that was asked.
    """

    labels: Labels
    by_part: tuple[float, ...]
    outside: int | None
    samples: int
    seed: int
    r2: float
    models: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.labels.ndim != 2 or not self.by_part:
            raise ValueError("labels are a picture, and there is at least one part")
        if self.labels.min() < 0 or self.labels.max() >= len(self.by_part):
            raise ValueError("every label is that of a part with a weight")

    @property
    def largest(self) -> float:
        """The largest weight, for or against."""
        return max(abs(weight) for weight in self.by_part)
