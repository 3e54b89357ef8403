"""Class activation as an output of the model's own graph: the map comes with the answer, in one pass.

A head that averages the last activations over the image and then only adds and multiplies with constants has one
weight for each channel. They are found by asking the head itself, one channel at a time, so any chain of dense layers,
folded batch norms and reshapes will do. Converted classifiers (ResNet, EfficientNet, ...) have such heads.

The gradient of such a logit with respect to every cell of channel k is w_k / cells, so the sum is Grad-CAM (Selvaraju
et al. 2017, arXiv:1610.02391, eq. 1 and 2) before its rectifier, but for a factor: class activation mapping (Zhou et
al. 2016, arXiv:1512.04150).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import openvino
from openvino import opset13 as ops

from domain.errors import ModelError
from inference.explain.map_origins import MAP_OUTPUT

#: What may stand between the average over the image and the logits, each with one input that is no constant.
_AFFINE = frozenset({"Add", "Convert", "MatMul", "Multiply", "Reshape", "Squeeze", "Subtract", "Unsqueeze"})
_ACTIVATIONS = frozenset({"Sigmoid", "Softmax"})
#: What may stand between the probabilities and the output and leaves them as they are.
_SHAPES = frozenset({"Convert", "Reshape", "Squeeze", "Unsqueeze"})
#: Axes of the average over the image, and whether the channels come last.
_LAYOUTS = {(2, 3): False, (1, 2): True}


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The end of a classifier that explains itself.

    Attributes:
        activations: what is averaged over the image.
        channels_last: whether they are (N, h, w, C) and not (N, C, h, w).
        weights: (C,) float32, of the class. After a softmax of several classes a logit means nothing by itself: weights
            and bias are then those of the class less the mean of the others'; of two classes, of the log-odds.
        bias: the logit is the mean over the cells of the weighted activations, plus this.
    """

    activations: openvino.Output
    channels_last: bool
    weights: npt.NDArray[np.float32]
    bias: float


def attach_cam(
    graph: openvino.Model,
    *,
    output: str | None = None,
    class_index: int = 0,
) -> openvino.Model:
    """Return a copy of a classifier's graph that also gives the evidence of each cell for one class.

    The new output `fracture_map` is (N, 1, h, w): a logit for each cell, whose mean is the logit of the class. Behind
    the activation of the head one column may be taken, and 1 less the probability: the map then speaks of what is told.

    Args:
        graph: with a head as described above, and its weights.
        output: name of the output with the classes; may be left out where there is one output.
        class_index: which column of the output, counted from 0.

    Raises:
        ModelError: the head has another form, or there is no such output or class.
    """
    head = find_head(graph, output=output, class_index=class_index)
    copy = graph.clone()
    activations = _trace(copy, output).average.input_value(0)
    cells = _weigh(activations, head)
    cells.output(0).set_names({MAP_OUTPUT})
    copy.add_outputs([cells.output(0)])
    copy.validate_nodes_and_infer_types()
    return copy


def find_head(graph: openvino.Model, *, output: str | None = None, class_index: int = 0) -> Head:
    """Return the head of a graph for one class; raises ModelError as `attach_cam` does."""
    chain = _trace(graph, output)
    table = _ask(graph, output)
    classes = table.shape[1] if chain.end.column is None else 1
    if not 0 <= class_index < classes:
        raise ModelError(f"the output has {classes} classes, and none with the index {class_index}")
    column = class_index if chain.end.column is None else chain.end.column
    contrast = table[:, column]
    if chain.end.activation == "Softmax" and table.shape[1] > 1:
        contrast = contrast - np.delete(table, column, axis=1).mean(axis=1)
    if chain.end.is_turned:
        contrast = -contrast
    weights, bias = contrast[:-1].astype(np.float32), float(contrast[-1])
    return Head(chain.average.input_value(0), chain.channels_last, weights, bias)


@dataclass(frozen=True, slots=True, eq=False)
class _Ending:
    """How an output comes from logits.

    Attributes:
        activation: None where it is the logits.
        column: the one that is taken of the probabilities; None for all.
        is_turned: whether it is 1 less the probability.
    """

    logits: openvino.Output
    activation: str | None = None
    column: int | None = None
    is_turned: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Chain:
    """The whole head: its ending, and the average over the image."""

    end: _Ending
    average: openvino.Node
    channels_last: bool


def _trace(graph: openvino.Model, output: str | None) -> _Chain:
    end = _read_ending(_find_output(graph, output))
    for node in _walk(end.logits):
        kind = node.get_type_name()
        if kind == "ReduceMean" and (axes := _spatial_axes(node)) in _LAYOUTS:
            return _Chain(end, node, _LAYOUTS[axes])
        if kind not in _AFFINE:
            break
    raise ModelError("the head is no average over the image followed by dense layers without activations")


def _read_ending(output: openvino.Output) -> _Ending:
    column, is_turned = None, False
    for node in _walk(output):
        kind = node.get_type_name()
        if kind in _ACTIVATIONS:
            return _Ending(node.input_value(0), kind, column, is_turned)
        if kind == "Gather":
            column = int(np.ravel(node.input_value(1).get_node().get_data())[0])
        elif kind == "Subtract" and _is_constant(node.input_value(0).get_node()):
            is_turned = not is_turned
        elif kind not in _SHAPES:
            break
    return _Ending(output)


def _find_output(graph: openvino.Model, name: str | None) -> openvino.Output:
    found = [each for each in graph.outputs if name is None or name in each.get_names()]
    if len(found) != 1:
        known = ", ".join(sorted(each for one in graph.outputs for each in one.get_names()))
        raise ModelError(f"the graph has not exactly one output {name or 'at all'}: name one of {known}")
    return found[0].get_node().input_value(0)


def _walk(end: openvino.Output) -> Iterator[openvino.Node]:
    """Yield the nodes from the end towards the input while each has one input that is no constant."""
    node = end.get_node()
    while True:
        yield node
        inputs = [each for each in _inputs(node) if not _is_constant(each)]
        if len(inputs) != 1:
            return
        node = inputs[0]


def _inputs(node: openvino.Node) -> list[openvino.Node]:
    return [node.input_value(index).get_node() for index in range(node.get_input_size())]


def _is_constant(node: openvino.Node) -> bool:
    """Whether a node is a constant, maybe one that is stored in another precision."""
    if node.get_type_name() == "Convert":
        node = node.input_value(0).get_node()
    return bool(node.get_type_name() == "Constant")


def _spatial_axes(node: openvino.Node) -> tuple[int, ...]:
    shape, axes = node.get_input_partial_shape(0), node.input_value(1).get_node()
    if shape.rank.get_length() != 4 or axes.get_type_name() != "Constant":
        return ()
    return tuple(sorted(int(axis) % 4 for axis in np.ravel(axes.get_data())))


def _ask(graph: openvino.Model, output: str | None) -> npt.NDArray[np.float64]:
    """Return (C + 1, classes): what one unit of each channel adds to each logit, and last the logits of no channel."""
    chain = _trace(graph.clone(), output)
    average = chain.average.output(0)
    shape = average.get_partial_shape()
    if any(each.is_dynamic for each in list(shape)[1:]):
        raise ModelError("the number of channels before the head is not fixed")
    one = [1, *(each.get_length() for each in list(shape)[1:])]
    channels = ops.parameter(one, np.float32)
    average.replace(channels.output(0))
    try:
        head = openvino.Core().compile_model(
            openvino.Model([chain.end.logits], [channels], "head"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
        )
    except RuntimeError as error:
        raise ModelError("the head cannot be run by itself") from error
    units = np.concatenate([np.eye(int(np.prod(one)), dtype=np.float32), np.zeros((1, int(np.prod(one))), np.float32)])
    answers = np.stack([np.ravel(head(unit.reshape(one))[0]).astype(np.float64) for unit in units])
    answers[:-1] -= answers[-1]
    return answers


def _weigh(activations: openvino.Output, head: Head) -> openvino.Node:
    """Add a convolution of one pixel that weighs the channels, (N, 1, h, w)."""
    if head.channels_last:
        activations = ops.transpose(activations, ops.constant(np.array([0, 3, 1, 2]))).output(0)
    kernel = ops.constant(head.weights.reshape(1, -1, 1, 1))
    summed = ops.convolution(activations, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
    return ops.add(summed, ops.constant(np.full((1, 1, 1, 1), head.bias, dtype=np.float32)))
