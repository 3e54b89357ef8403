"""A classifier that sees brightness: one activation for each cell of 16 x 16 pixels, averaged, weighed, sigmoid.

Its second channel is the darkness of a cell, which speaks against a find.
"""

from typing import Any

import numpy as np
import openvino
from openvino import opset13 as ops

SIDE_PX, CELL_PX = 128, 16
#: Weights of brightness and darkness, and the bias.
WEIGHTS, BIAS = (40.0, -2.0), -1.5


def draw_graph(*, channels_last: bool = False, classes: int = 1, hidden: bool = False) -> openvino.Model:
    """Return the graph: `image` (N, 1, 128, 128) in, `probability` (N, classes) out; the last class sees brightness.

    Args:
        channels_last: whether the activations are (N, h, w, C).
        classes: one ends in a sigmoid, several in a softmax.
        hidden: whether the head has a hidden layer with an activation, so that no weight belongs to a channel.
    """
    image = ops.parameter([-1, 1, SIDE_PX, SIDE_PX], np.float32, name="image")
    image.output(0).set_names({"image"})
    x, axes = _activations(image), [2, 3]
    if channels_last:
        x, axes = ops.transpose(x, ops.constant(np.array([0, 2, 3, 1]))), [1, 2]
    x = ops.reduce_mean(x, ops.constant(np.array(axes)), keep_dims=False)
    if hidden:
        x = ops.relu(x)
    table = np.zeros((2, classes), dtype=np.float32)
    table[:, -1] = WEIGHTS
    logits = ops.add(ops.matmul(x, _constant(table), False, False), _constant([0.0] * (classes - 1) + [BIAS]))
    answer = ops.sigmoid(logits) if classes == 1 else ops.softmax(logits, 1)
    answer.output(0).set_names({"probability"})
    return openvino.Model([answer], [image], "bright")


def _activations(image: Any) -> Any:
    """Return brightness and darkness of each cell, (N, 2, 8, 8)."""
    kernel = np.full((2, 1, CELL_PX, CELL_PX), 1 / CELL_PX**2, dtype=np.float32)
    kernel[1] *= -1
    cells = ops.convolution(image, _constant(kernel), [CELL_PX] * 2, [0, 0], [0, 0], [1, 1])
    return ops.relu(ops.add(cells, _constant(np.array([-0.2, 0.3]).reshape(1, 2, 1, 1))))


def _constant(values: Any) -> Any:
    return ops.constant(np.asarray(values, dtype=np.float32))
