"""Runtimes that execute a model, one file each, behind one small Protocol."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from inference.zoo import VerifiedModel

Tensor = npt.NDArray[np.float32]


class Session(Protocol):
    """One compiled model."""

    def run(self, batch: Tensor, timeout_seconds: float) -> Mapping[str, Tensor]:
        """Return the outputs that the entry names, for a batch in the shape and range of its input contract.

        Raises:
            ModelError: the runtime failed.
            DeadlineExceeded: it took longer than it may.
        """
        ...


class Backend(Protocol):
    """Compiles models."""

    def compile(self, model: VerifiedModel) -> Session:
        """Compile a model for the batch of one image (`InputContract.shape`).

        Raises:
            ModelError: the file is no model, or lacks an output, or does not run at the precision of its entry.
            ModelUnavailable: what it needs is not installed here.
        """
        ...
