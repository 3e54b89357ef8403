"""The steps that turn an output into what a task wants, on numbers and in a graph."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from openvino import opset13 as ops

from inference.backends import Tensor
from inference.importing.outputs import Head, Step


def apply_heads(heads: Sequence[Head], raw: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what a task wants of the outputs of a framework."""
    return {head.name: _apply(head.steps, raw[head.raw]) for head in heads}


def add_heads(heads: Sequence[Head], ports: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ports of an OpenVINO graph that answer what a task wants, after nodes for every step."""
    return {head.name: _add(head.steps, ports[head.raw]) for head in heads}


def _apply(steps: Sequence[Step], values: Tensor) -> Tensor:
    for step in steps:
        values = _ON_NUMBERS[step.kind](values, step.index)
    return np.asarray(values, dtype=np.float32)


def _add(steps: Sequence[Step], port: Any) -> Any:
    for step in steps:
        port = _IN_GRAPH[step.kind](port, step.index).output(0)
    return port


def _softmax(values: Any, index: int) -> Any:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _sigmoid(values: Any, index: int) -> Any:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -80.0, 80.0)))


_ON_NUMBERS: Mapping[str, Callable[[Any, int], Any]] = {
    "as_column": lambda values, index: values.reshape(-1, 1),
    "column": lambda values, index: values[:, index : index + 1],
    "channels_first": lambda values, index: values.transpose(0, 3, 1, 2),
    "sigmoid": _sigmoid,
    "softmax": _softmax,
    "complement": lambda values, index: 1.0 - values,
    "negate": lambda values, index: -values,
}


def _numbers(*values: float) -> Any:
    return ops.constant(np.array(values, dtype=np.float32))


def _places(*values: int) -> Any:
    return ops.constant(np.array(values, dtype=np.int64))


_IN_GRAPH: Mapping[str, Callable[[Any, int], Any]] = {
    "as_column": lambda port, index: ops.reshape(port, _places(-1, 1), special_zero=False),
    "column": lambda port, index: ops.gather(port, _places(index), _places(1)),
    "channels_first": lambda port, index: ops.transpose(port, _places(0, 3, 1, 2)),
    "sigmoid": lambda port, index: ops.sigmoid(port),
    "softmax": lambda port, index: ops.softmax(port, 1),
    "complement": lambda port, index: ops.subtract(_numbers(1), port),
    "negate": lambda port, index: ops.multiply(port, _numbers(-1)),
}
