"""Examples as numbers, those of like length together: the order follows from the seed and the epoch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.phrases.manifest import BEGIN, END
from inference.training.phrases.material import Example, Material
from inference.training.phrases.recipe import PhrasesRecipe

Tokens = npt.NDArray[np.int32]
#: Lengths are rounded up to these, so that few shapes are compiled.
STEP = 16


class TokenBatches:
    """Batches of ((told, said), next tokens, weights): weights are 0 behind the end of a wording.

    Args:
        epoch: the first that will be asked for.
        shuffled: whether the order changes with the epoch.
    """

    def __init__(
        self, examples: Sequence[Example], material: Material, recipe: PhrasesRecipe, *, epoch: int, shuffled: bool
    ) -> None:
        self._recipe, self._epoch, self._shuffled = recipe, epoch, shuffled
        source = {token: number for number, token in enumerate(material.source)}
        target = {token: number for number, token in enumerate(material.target)}
        self._told = [[source[token] for token in each.plan.source] for each in examples]
        self._said = [[target[token] for token in (BEGIN, *each.wording.tokens, END)] for each in examples]
        self._batches = self._divide()

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple[tuple[Tokens, Tokens], Tokens, npt.NDArray[np.float32]]:
        chosen = self._batches[index]
        told = pad([self._told[each] for each in chosen])
        said = pad([self._said[each][:-1] for each in chosen])
        following = pad([self._said[each][1:] for each in chosen])
        return (told, said), following, (following != 0).astype(np.float32)

    def on_epoch_end(self) -> None:
        """Go on to the next epoch."""
        self._epoch += 1
        self._batches = self._divide()

    def _divide(self) -> list[Any]:
        """Sort by length, with chance among equals, cut, and shuffle the batches."""
        rng = np.random.default_rng((self._recipe.seed, self._epoch if self._shuffled else 0))
        lengths = np.array([len(each) for each in self._said])
        order = np.lexsort((rng.random(len(lengths)), lengths))
        batches = [order[start : start + self._recipe.batch] for start in range(0, len(order), self._recipe.batch)]
        return [batches[position] for position in rng.permutation(len(batches))] if self._shuffled else batches


def pad(rows: Sequence[Sequence[int]]) -> Tokens:
    """Return rows as one array, filled up with 0 to a multiple of `STEP`."""
    width = -(-max(map(len, rows)) // STEP) * STEP
    return np.array([[*row, *[0] * (width - len(row))] for row in rows], dtype=np.int32)
