"""A model in a framework of our own: four probabilities of regions, as numbers here and as a graph for OpenVINO."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from openvino import opset13 as ops

from domain.errors import ModelError
from inference.backends import Tensor
from inference.importing.outputs import Head, RawOutput
from inference.importing.questions import Found
from inference.zoo.manifest import BackendName

SIDE_PX = 32
GAINS = np.array([1.0, 3.0, -2.0, 8.0], dtype=np.float32)
#: Takes the graph's parameter and its proper output, and returns the parameters and outputs that the converter leaves.
Damage = Callable[[Any, Any], tuple[list[Any], list[Any]]]


def leave_whole(image: Any, logits: Any) -> tuple[list[Any], list[Any]]:
    """Return the graph as it should be."""
    return [image], [logits]


class StandInSource:
    """Four logits: a gain each, times the mean of the image.

    Args:
        damage: what the converter does to the graph.
    """

    framework = "stand-in 1"
    backends: tuple[BackendName, ...] = ("openvino",)

    def __init__(self, damage: Damage = leave_whole) -> None:
        self._damage = damage
        self.found = Found(
            kind="stand-in",
            input_name="picture",
            layout="nhwc",
            outputs=(RawOutput("four", (None, 4), "linear"),),
            values={"side_px": str(SIDE_PX), "channels": "3"},
        )

    def predict(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return the logits, (N, 4)."""
        return {"four": batch.mean(axis=(1, 2, 3))[:, None] * GAINS}

    def convert(self, side_px: int | None = None) -> openvino.Model:
        """Return the graph, damaged."""
        image = ops.parameter([-1, SIDE_PX, SIDE_PX, 3], np.float32, name="picture")
        image.output(0).set_names({"picture"})
        mean = ops.reduce_mean(image, ops.constant(np.array([1, 2, 3])), keep_dims=False)
        column = ops.unsqueeze(mean, ops.constant(np.array([1])))
        logits = ops.multiply(column, ops.constant(GAINS))
        parameters, outputs = self._damage(image, logits)
        return openvino.Model(outputs, parameters, "stand-in")

    def write_native(self, stem: Path, heads: Sequence[Head]) -> tuple[Path, ...]:
        """Raise ModelError: it has no backend of its own."""
        raise ModelError("a stand-in has no backend of its own")


REGION_OPTIONS = {
    "task": "region",
    "range": "0..1",
    "classes": "hand,leg,hip,shoulder",
    "preprocess": "stretch",
}
