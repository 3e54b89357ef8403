"""What an import needs of a file in some framework's format."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import openvino

from inference.backends import Tensor
from inference.importing.outputs import Head
from inference.importing.questions import Found
from inference.zoo.manifest import BackendName


class Source(Protocol):
    """One model, loaded in the framework that it was made with."""

    @property
    def found(self) -> Found:
        """What the file says of itself."""
        ...

    @property
    def framework(self) -> str:
        """Name and version of what answers in `predict`."""
        ...

    @property
    def backends(self) -> tuple[BackendName, ...]:
        """The runtimes that it can be written for, the usual one first."""
        ...

    def predict(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return every output by its raw name, as the framework computes it.

        Raises:
            ModelError: the framework failed.
        """
        ...

    def convert(self, side_px: int | None = None) -> openvino.Model:
        """Return the graph for OpenVINO, as the converter leaves it: nothing about it is believed.

        Args:
            side_px: of the image, for converters that follow one through the network.

        Raises:
            ModelError: the converter failed.
        """
        ...

    def write_native(self, stem: Path, heads: Sequence[Head]) -> tuple[Path, ...]:
        """Write the files of its own backend beside each other, `stem` plus a suffix each.

        Raises:
            ModelError: it has no backend of its own, or cannot say what its task wants there.
        """
        ...
