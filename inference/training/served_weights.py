"""The weights of a graph that serves, put back into the network that it was exported from, so that training goes on.

A graph keeps the names of the modules that its nodes were made of; a shipped one holds its weights in float16.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import openvino as ov
import torch
from torch import nn

Values = npt.NDArray[np.float32]
#: Endings of a node's name, and the parameter whose values it holds: of convolutions and linear layers, of group norms.
_LAYERS = {"Convolution": "weight", "GroupConvolution": "weight", "MatMul": "weight", "Add": "bias"}
_NORMS = {"mul/Multiply_1": "weight", "add/Add_1": "bias"}
_STEM = "trunk.stem.conv"


def load_served(network: nn.Module, graph: Path) -> None:
    """Copy the weights of an exported graph (`.xml`, its `.bin` beside it) into the whole network.

    The stem comes back as a third of its filters' sum for each of three equal channels: what it computes is the same.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the graph is of another network.
    """
    if not graph.is_file():
        raise FileNotFoundError(graph)
    state, norms = network.state_dict(), _norms(network)
    found: dict[str, torch.Tensor] = {}
    for name, said in _named_values(ov.Core().read_model(graph), norms):
        wanted = state.get(name)
        if wanted is None:
            continue
        values = np.repeat(said / 3, 3, axis=1) if name == f"{_STEM}.weight" else said
        if values.size != wanted.numel():
            raise ValueError(f"{graph} is of another network: {name} has {values.size} values")
        found[name] = torch.from_numpy(values.reshape(wanted.shape).copy())
    if missing := sorted(set(state) - set(found)):
        raise ValueError(f"{graph} is of another network: it has no {missing[0]}")
    network.load_state_dict(found)


def _norms(network: nn.Module) -> frozenset[str]:
    return frozenset(name for name, module in network.named_modules() if isinstance(module, nn.GroupNorm))


def _named_values(graph: ov.Model, norms: frozenset[str]) -> Iterator[tuple[str, Values]]:
    """Yield the constant of every node that a parameter was made into, with the parameter's name."""
    for node in graph.get_ordered_ops():
        path, _, operation = node.get_friendly_name().partition("/aten::")
        module = path.removeprefix("__module.").removeprefix("network").removeprefix(".")
        if module == "trunk":  # the stem is applied by the trunk itself, see Trunk._start
            module = _STEM
        parameter = _NORMS.get(operation) if module in norms else _layer_parameter(operation)
        values = _constant_of(node) if parameter else None
        if values is not None:
            yield f"{module}.{parameter}", values


def _layer_parameter(operation: str) -> str | None:
    kind, _, step = operation.partition("/")
    return _LAYERS.get(step) if kind in ("_convolution", "linear") else None


def _constant_of(node: ov.Node) -> Values | None:
    """Return the constant among a node's inputs, behind what only rounds or reshapes it."""
    for place in range(node.get_input_size()):
        source = node.input_value(place).get_node()
        while source.get_type_name() in ("Convert", "Reshape"):
            source = source.input_value(0).get_node()
        if source.get_type_name() == "Constant":
            return np.asarray(source.data, dtype=np.float32)
    return None
