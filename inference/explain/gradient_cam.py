"""Grad-CAM by gradient, for heads of any form, in the framework that a model was trained with (the extra `models`).

Selvaraju et al. 2017, arXiv:1610.02391: channels are weighed by the mean gradient of the score of a class. The score is
what stands before a sigmoid or softmax; after a softmax it is the class's less the mean of the others', as in
`cam_graph`, because a constant added to all of them changes nothing.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from domain.errors import ModelError
from inference.explain.class_activation import Map

if TYPE_CHECKING:
    import keras

#: Activations that turn scores into probabilities; the score is explained, since a probability near 1 has no gradient.
_SQUASHING = frozenset({"sigmoid", "softmax"})
#: Operations that an import puts behind a model, and that only choose or turn what is told.
_TURNING = frozenset({"Negative", "Subtract"})


def keras_cam(
    model: "keras.Model", image: npt.NDArray[np.float32], *, output: str | None = None, class_index: int = 0
) -> Map:
    """Return the Grad-CAM (h, w) float32, not negative, at the last activations of a Keras model that have a place.

    Args:
        model: functional or sequential, channels last, TensorFlow as backend.
        image: (1, rows, columns, channels), as the model takes it.
        output: which of several, by the name that it has in the model.
        class_index: which column of the output, counted from 0.

    Raises:
        ModelError: nothing in the model has the shape (N, h, w, C), or there is no such output or class, or what says
            where is hidden in a model within the model.
    """
    import keras
    import tensorflow as tf

    ending = _read_ending(_find_output(model, output), class_index)
    explained = keras.Model(model.inputs, [_last_map(model), ending.before])
    with tf.GradientTape() as tape:
        watched = tf.convert_to_tensor(image)
        tape.watch(watched)
        activations, before = explained(watched, training=False)
        score = ending.score(before)
    gradient = tape.gradient(score, activations)
    if gradient is None:
        raise ModelError("the output does not depend on the last activations that have a place")
    return weigh(np.moveaxis(np.asarray(activations)[0], -1, 0), np.moveaxis(np.asarray(gradient)[0], -1, 0))


def weigh(activations: npt.NDArray[np.floating], gradients: npt.NDArray[np.floating]) -> Map:
    """Return relu(sum over k of mean gradient_k * activations_k), of (C, h, w) each: eq. 1 and 2 of the paper."""
    weights = gradients.astype(np.float64).mean(axis=(1, 2))
    return np.asarray(np.maximum(np.tensordot(weights, activations.astype(np.float64), axes=1), 0.0), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Ending:
    """How an output comes from scores.

    Attributes:
        before: the tensor of the scores, or what the last dense layer makes them of.
        dense: that layer, where it has its activation within.
        is_softmax: whether the classes exclude each other.
        column: of the scores.
        is_turned: whether the output speaks against the score.
    """

    before: Any
    column: int
    dense: Any = None
    is_softmax: bool = False
    is_turned: bool = False

    def score(self, before: Any) -> Any:
        """Return the score of the class, from the values of `before`."""
        scores = before if self.dense is None else _multiply(self.dense, before)
        classes = int(scores.shape[-1])
        if not 0 <= self.column < classes:
            raise ModelError(f"the model has {classes} classes, and none with the index {self.column}")
        score = scores[0, self.column]
        if self.is_softmax and classes > 1:
            score -= sum(scores[0, index] for index in range(classes) if index != self.column) / (classes - 1)
        return -score if self.is_turned else score


def _find_output(model: "keras.Model", name: str | None) -> Any:
    named = getattr(model, "output", None)  # a sequential model has none until something calls it
    if isinstance(named, dict):
        if name not in named:
            raise ModelError(f"the model has the outputs {', '.join(named)}, and none named {name}")
        return named[name]
    if len(model.outputs) != 1:
        raise ModelError("the model has several outputs without names")
    return model.outputs[0]


def _read_ending(tensor: Any, column: int) -> _Ending:
    """Follow an output back to its scores: through what an import appended, and the activation."""
    operation, node_index = tensor._keras_history[:2]
    arguments = operation._inbound_nodes[node_index].arguments
    kind, inputs = type(operation).__name__, arguments.keras_tensors
    if kind == "GetItem":
        return _read_ending(inputs[0], int(arguments.args[1][1].start))
    if kind == "Reshape":
        return _read_ending(inputs[0], column)
    if kind in _TURNING and len(inputs) == 1 and _is_turned(arguments.args):
        behind = _read_ending(inputs[0], column)
        return replace(behind, is_turned=not behind.is_turned)
    return _read_activation(tensor, operation, inputs[0], column)


def _is_turned(arguments: tuple[Any, ...]) -> bool:
    """Whether a difference takes the tensor off a number, and not the other way round; -x is one too."""
    return len(arguments) == 1 or isinstance(arguments[0], int | float)


def _read_activation(tensor: Any, operation: Any, before: Any, column: int) -> _Ending:
    activation = getattr(getattr(operation, "activation", None), "__name__", type(operation).__name__.lower())
    if activation not in _SQUASHING:
        return _Ending(tensor, column)
    dense = operation if hasattr(operation, "kernel") else None
    return _Ending(before, column, dense, is_softmax=activation == "softmax")


def _multiply(dense: Any, before: Any) -> Any:
    """Return what a dense layer gives before its activation."""
    import tensorflow as tf

    scores = tf.linalg.matmul(before, dense.kernel)
    return scores if dense.bias is None else scores + dense.bias


def _last_map(model: "keras.Model") -> Any:
    """Return the last tensor (N, h, w, C) on the way to the output: what the layer takes that gives up places."""
    for layer in reversed(model.layers):
        if _has_places(layer.input) and not _has_places(layer.output):
            if hasattr(layer, "layers"):
                raise ModelError("the average over the image is hidden in a model within the model")
            return layer.input
    raise ModelError("nothing in the model has the shape (N, h, w, C)")


def _has_places(tensor: Any) -> bool:
    return not isinstance(tensor, list | dict) and len(tensor.shape) == 4 and tuple(tensor.shape[1:3]) != (1, 1)
