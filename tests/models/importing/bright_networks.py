"""Keras classifiers whose reason is known: bright cells of 8 x 8 pixels speak for a fracture."""

from typing import Any

import numpy as np

SIDE_PX, CELL_PX, UNITS = 64, 8, 4
#: Of the brightness of a cell above this, per cell of the image, and what an image without any has.
FLOOR, WEIGHT, BIAS = 0.2, 60.0, -1.0


def build(keras: Any, *, hidden: bool = False, ending: str = "sigmoid", classes: int = 1, speaks: int = 0) -> Any:
    """Return a network for images (N, 64, 64, 1) in 0..1.

    Args:
        hidden: whether the head has a hidden layer with an activation, so that no weight belongs to a channel.
        ending: activation of the last layer.
        classes: its columns.
        speaks: the column that speaks for a fracture; -1: the one column speaks against.
    """
    layers = keras.layers
    image = keras.Input((SIDE_PX, SIDE_PX, 1))
    cells = layers.Conv2D(1, CELL_PX, strides=CELL_PX, activation="relu", name="cells")(image)
    x = layers.GlobalAveragePooling2D()(cells)
    if hidden:
        x = layers.Dense(UNITS, activation="relu", kernel_initializer="ones")(x)
    model = keras.Model(image, layers.Dense(classes, activation=ending, name="says")(x))
    model.get_layer("cells").set_weights([np.full((CELL_PX, CELL_PX, 1, 1), 1 / CELL_PX**2), np.array([-FLOOR])])
    units, sign = UNITS if hidden else 1, -1 if speaks < 0 else 1
    kernel, bias = np.zeros((units, classes)), np.zeros(classes)
    kernel[:, speaks], bias[speaks] = sign * WEIGHT / units, sign * BIAS
    model.get_layer("says").set_weights([kernel, bias])
    return model
