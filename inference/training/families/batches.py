"""Images and labels of one part in batches: shuffled and flipped by a seed and the epoch, so that a run can go on."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from inference.training.families.pixels import Canvas, to_input
from inference.training.recipe_book import Pictures

Numbers = npt.NDArray[np.float32]
Order = npt.NDArray[np.int64]
#: From labels (N, classes) and a generator to the positions of an epoch, in order.
Choose = Callable[[Numbers, np.random.Generator], Order]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Some images of a dataset in memory, with the labels of one part.

    Attributes:
        canvases: (N, side, side) of the whole dataset.
        positions: (M,) of the images that are meant.
        labels: (M, classes).
    """

    canvases: Canvas
    positions: npt.NDArray[np.int64]
    labels: Numbers

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def pixels(self) -> Canvas:
        """The canvases that are meant, (M, side, side)."""
        return self.canvases[self.positions]


def draw_all(labels: Numbers, rng: np.random.Generator) -> Order:
    """Return every position of (N, classes) labels once, in random order."""
    return rng.permutation(len(labels))


def draw_balanced(labels: Numbers, rng: np.random.Generator) -> Order:
    """Return positions in random order: of every group as many as the smallest has.

    Groups are the classes where every image has one of several; else abnormal, which is the last label, or not.
    """
    one_of_several = labels.shape[1] > 1 and bool((labels.sum(axis=1) == 1).all())
    groups = labels.argmax(axis=1) if one_of_several else labels[:, -1].astype(np.int64)
    members = [rng.permutation(np.flatnonzero(groups == group)) for group in np.unique(groups)]
    fewest = min(len(each) for each in members)
    return rng.permutation(np.concatenate([each[:fewest] for each in members]))


class Batches(keras.utils.PyDataset):
    """Batches of (input, labels, weights).

    Args:
        weights: (M,) of each example in the loss.
        epoch: the first that will be asked for; order and flips follow from the seed and the epoch alone.
        flips: whether images are drawn in random order and views from the recipe's flips; not for validation.
        choose: which of them an epoch takes.
        most: of what is chosen, at most so many.
    """

    def __init__(
        self,
        examples: Examples,
        recipe: Pictures,
        weights: Numbers,
        *,
        epoch: int = 0,
        flips: bool = True,
        choose: Choose = draw_all,
        most: int | None = None,
    ) -> None:
        super().__init__(workers=1)
        self._examples, self._recipe, self._weights, self._flips = examples, recipe, weights, flips
        self._epoch, self._choose, self._most = epoch, choose, most
        self._draw()

    def __len__(self) -> int:
        return math.ceil(len(self._order) / self._recipe.batch)

    def __getitem__(self, index: int) -> tuple[Numbers, Numbers, Numbers]:
        chosen = self._order[index * self._recipe.batch : (index + 1) * self._recipe.batch]
        pixels = self._examples.canvases[self._examples.positions[chosen]]
        mirrored = self._mirrored[index * self._recipe.batch : (index + 1) * self._recipe.batch]
        pixels[mirrored] = pixels[mirrored][:, :, ::-1]
        return to_input(pixels, self._recipe.contract), self._examples.labels[chosen], self._weights[chosen]

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._draw()

    def _draw(self) -> None:
        rng = np.random.default_rng((self._recipe.seed, self._epoch))
        self._order = (
            self._choose(self._examples.labels, rng)[: self._most] if self._flips else np.arange(len(self._examples))
        )
        views = len(self._recipe.flips) if self._flips else 1
        self._mirrored = rng.integers(0, views, len(self._order)) > 0


def balance(labels: Numbers, *, exclusive: bool) -> Numbers:
    """Return (N,) weights with mean 1 by which every class has the same weight in all; (N, classes) labels.

    With several labels at once there is no such weight: all are 1.
    """
    if labels.shape[1] > 1 and not exclusive:
        return np.ones(len(labels), dtype=np.float32)
    classes = labels.argmax(axis=1) if exclusive else labels[:, 0].astype(np.int64)
    counts = np.bincount(classes)
    return np.asarray(len(labels) / (np.count_nonzero(counts) * counts[classes]), dtype=np.float32)


def predict(network: Any, pixels: Canvas, recipe: Pictures, count: Callable[[], None] = lambda: None) -> Numbers:
    """Return what a network says of canvases (N, side, side): (N, classes) or (N, features).

    The last batch is filled up, since Keras builds a graph anew for every size of batch.

    Args:
        count: called after each batch.
    """
    said = []
    for start in range(0, len(pixels), recipe.batch):
        chosen = pixels[start : start + recipe.batch]
        batch = chosen[np.arange(recipe.batch) % len(chosen)]
        said.append(np.asarray(network.predict_on_batch(to_input(batch, recipe.contract)))[: len(chosen)])
        count()
    return np.concatenate(said).astype(np.float32)
