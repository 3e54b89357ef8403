"""Runtimes that execute a model, one file each, behind one small Protocol."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from inference.zoo import VerifiedModel

Tensor = npt.NDArray[np.float32]


class Session(Protocol):
    """One compiled model."""

    def run(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return the outputs by name for a batch of shape (N, 1, side, side) in 0..1.

        Raises:
            ModelError: the runtime failed.
        """
        ...


class Backend(Protocol):
    """Compiles models."""

    def compile(self, model: VerifiedModel, batch_shape: tuple[int, int, int, int]) -> Session:
        """Compile a model for one batch shape (N, channels, rows, columns).

        Raises:
            ModelError: the file is no model, or lacks an output, or does not run at the pinned precision.
        """
        ...
