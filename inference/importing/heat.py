"""The heat map of an imported classifier: put into its graph, and held to what the graph says of the whole image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import openvino

from domain.errors import ModelError
from inference.backends import Tensor
from inference.explain.cam_graph import attach_cam
from inference.explain.map_origins import MAP_OUTPUT
from inference.importing.graph import find_endings
from inference.importing.outputs import Head, Meaning
from inference.zoo.manifest import ABNORMAL, BackendName

#: What is compared of a map that the framework does not have: its mean as a probability, with the answer.
MEAN = f"mean of {MAP_OUTPUT}"
_BY_GRADIENT = "backend keras gives one by gradient"


@dataclass(frozen=True, slots=True)
class Speaking:
    """The output that speaks of fractures: its name, the column, and whether it ends in a softmax over many classes."""

    output: str
    column: int
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """A graph with a heat map, or without one and why.

    Attributes:
        speaking: the output whose map was added; None where none was.
        note: one line for a person; empty where there is nothing to say.
    """

    graph: openvino.Model
    speaking: Speaking | None = None
    note: str = ""


def attach_heat(
    graph: openvino.Model, meaning: Meaning, heads: Sequence[Head], backends: Sequence[BackendName]
) -> Heat:
    """Return the graph with the output `fracture_map`, where it is a classifier's without one and its head allows it.

    Args:
        graph: with the outputs of its task by name.
        backends: that can serve the model.
    """
    speaking = _find_speaking(graph, meaning, heads)
    if speaking is None:
        return Heat(graph)
    try:
        return Heat(attach_cam(graph, output=speaking.output, class_index=speaking.column), speaking)
    except ModelError as error:
        instead = f"; {_BY_GRADIENT}" if "keras" in backends else ""
        return Heat(graph, note=f"no heat map in the same pass: {error.args[0]}{instead}")


def describe_native(backend: BackendName, meaning: Meaning, heads: Sequence[Head]) -> str:
    """Return what a person should know of the heat map of a model that its own framework serves."""
    has_own = any(head.name == MAP_OUTPUT for head in heads)
    if backend != "keras" or has_own or meaning.task not in ("fracture", "multilabel"):
        return ""
    return "no heat map in the same pass; osteonode explain makes one by gradient when it is asked"


def add_mean(
    speaking: Speaking | None, expected: Sequence[Mapping[str, Tensor]], found: Sequence[Mapping[str, Tensor]]
) -> tuple[list[Mapping[str, Tensor]], list[Mapping[str, Tensor]]]:
    """Return both with the probability that the mean of an added map stands for, to be compared like any output.

    After a softmax over many classes the map weighs a class against the others, and its mean is no probability.
    """
    if speaking is None or speaking.is_exclusive:
        return list(expected), list(found)
    return (
        [{**said, MEAN: _probability(said, speaking)} for said in expected],
        [{**said, MEAN: _squash(said[MAP_OUTPUT].mean(axis=(2, 3)))} for said in found],
    )


def _find_speaking(graph: openvino.Model, meaning: Meaning, heads: Sequence[Head]) -> Speaking | None:
    names = [head.name for head in heads]
    if MAP_OUTPUT in names:
        return None
    if meaning.task == "multilabel":
        is_exclusive = find_endings(graph)["labels"] == "softmax"
        return Speaking("labels", meaning.classes.index(ABNORMAL), is_exclusive)
    return Speaking(names[0], 0) if meaning.task == "fracture" else None


def _probability(said: Mapping[str, Tensor], speaking: Speaking) -> Tensor:
    values = said[speaking.output][:, speaking.column : speaking.column + 1]
    return _squash(values) if speaking.output == "fracture_logit" else values


def _squash(logits: Tensor) -> Tensor:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0))), dtype=np.float32)
