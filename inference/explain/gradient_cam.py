"""Grad-CAM by gradient, for heads of any form, in the framework that a model was trained with (the extra `models`).

Selvaraju et al. 2017, arXiv:1610.02391: channels are weighed by the mean gradient of the score of a class. The score is
what stands before a sigmoid or softmax; after a softmax it is the class's less the mean of the others', as in
`cam_graph`, because a constant added to all of them changes nothing.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from domain.errors import ModelError
from inference.explain.class_activation import Map

if TYPE_CHECKING:
    import keras
    import torch


def keras_cam(model: "keras.Model", image: npt.NDArray[np.float32], *, class_index: int = 0) -> Map:
    """Return the Grad-CAM (h, w) float32, not negative, at the last activations of a Keras model that have a place.

    Args:
        model: functional or sequential, channels last, TensorFlow as backend; its last layer gives the classes.
        image: (1, rows, columns, channels), as the model takes it.
        class_index: which class, counted from 0.

    Raises:
        ModelError: nothing in the model has the shape (N, h, w, C), or there is no such class.
    """
    import keras
    import tensorflow as tf

    last = model.layers[-1]
    explained = keras.Model(model.inputs, [_last_map(model), last.input])
    with tf.GradientTape() as tape:
        watched = tf.convert_to_tensor(image)
        tape.watch(watched)
        activations, before = explained(watched, training=False)
        score = _contrast(_logits(last, before), _is_softmax(last), class_index)
    gradient = tape.gradient(score, activations)
    return weigh(np.moveaxis(np.asarray(activations)[0], -1, 0), np.moveaxis(np.asarray(gradient)[0], -1, 0))


def torch_cam(
    network: "torch.nn.Module",
    layer: "torch.nn.Module",
    image: npt.NDArray[np.float32],
    *,
    class_index: int = 0,
    softmax: bool = False,
) -> Map:
    """Return the Grad-CAM (h, w) float32, not negative, at the output of one layer of a PyTorch network.

    Args:
        network: gives logits (1, classes).
        layer: the part of it whose output (1, C, h, w) is explained.
        image: (1, channels, rows, columns), as the network takes it.
        class_index: which class, counted from 0.
        softmax: whether the classes exclude each other.

    Raises:
        ModelError: the output of the layer has no place, or there is no such class.
    """
    import torch

    seen: list[torch.Tensor] = []
    hook = layer.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    was_training = network.training
    try:
        with torch.enable_grad():
            # The image asks for the gradient, so that there is one even where the weights are frozen.
            logits = network.eval()(torch.from_numpy(image).requires_grad_())
            score = _contrast(logits, softmax, class_index)
    finally:
        hook.remove()
        network.train(was_training)
    if not seen or seen[-1].ndim != 4:
        raise ModelError("the layer gives nothing with a place, (1, C, h, w)")
    (gradient,) = torch.autograd.grad(score, seen[-1])
    return weigh(seen[-1].detach()[0].numpy(), gradient[0].numpy())


def weigh(activations: npt.NDArray[np.floating], gradients: npt.NDArray[np.floating]) -> Map:
    """Return relu(sum over k of mean gradient_k * activations_k), of (C, h, w) each: eq. 1 and 2 of the paper."""
    weights = gradients.astype(np.float64).mean(axis=(1, 2))
    return np.asarray(np.maximum(np.tensordot(weights, activations.astype(np.float64), axes=1), 0.0), dtype=np.float32)


def _last_map(model: "keras.Model") -> Any:
    """Return the last tensor (N, h, w, C) on the way to the output: what the layer takes that gives up places."""
    for layer in reversed(model.layers):
        if _has_places(layer.input) and not _has_places(layer.output):
            return layer.input
    raise ModelError("nothing in the model has the shape (N, h, w, C)")


def _has_places(tensor: Any) -> bool:
    return not isinstance(tensor, list) and len(tensor.shape) == 4 and tuple(tensor.shape[1:3]) != (1, 1)


def _logits(last: Any, before: Any) -> Any:
    """Return the scores before the activation of the last layer, dense or an activation by itself."""
    if not hasattr(last, "kernel"):
        return before
    import tensorflow as tf

    scores = tf.linalg.matmul(before, last.kernel)
    return scores if last.bias is None else scores + last.bias


def _is_softmax(last: Any) -> bool:
    return type(last).__name__ == "Softmax" or getattr(getattr(last, "activation", None), "__name__", "") == "softmax"


def _contrast(logits: Any, softmax: bool, class_index: int) -> Any:
    classes = int(logits.shape[-1])
    if not 0 <= class_index < classes:
        raise ModelError(f"the model has {classes} classes, and none with the index {class_index}")
    score = logits[0, class_index]
    if not softmax or classes == 1:
        return score
    others = [logits[0, index] for index in range(classes) if index != class_index]
    return score - sum(others) / len(others)
