"""The heads of our detectors in Keras, so that a member is compared with the same network and not with its trunk alone.

They are those of `inference.training.detector`: a pyramid down to stride 8, a tower for the centres and one for the
sizes of boxes, and a fracture logit for the whole image that looks where the centres are.
"""

from typing import Any

from inference.backends.frameworks import load_keras

_WIDTH, _GROUPS, _REGIONS = 96, 8, 4


def add_detector_heads(trunk: Any) -> Any:
    """Return the trunk with its heads: (N, S, S, 3) to a logit (N, 1), centres and distances (N, S/8, S/8, 1 and 4)."""
    keras = load_keras()
    layers, side_px = keras.layers, trunk.input.shape[1]
    far = trunk.output
    local = _descend(layers, far, [_last_sum(trunk, side_px // stride) for stride in (16, 8)])
    centres = layers.Conv2D(1, 1)(_tower(layers, local))
    distances = layers.Activation("exponential")(layers.Conv2D(4, 1)(_tower(layers, local)))
    top = layers.GlobalAveragePooling2D()(far)
    attention = layers.Softmax(1)(layers.Reshape((-1, 1))(centres))
    seen = [layers.Flatten()(layers.Dot(1)([attention, _by_cell(layers, each)])) for each in (local, centres)]
    said = layers.Dense(1 + _REGIONS)(layers.Concatenate()([top, *seen]))
    regions = layers.Dense(_REGIONS, activation="sigmoid")(top)
    logit = layers.Add()([said[:, :1], layers.Dot(1)([said[:, 1:], regions])])
    return keras.Model(trunk.input, [layers.Activation("sigmoid")(logit), centres, distances])


def _last_sum(trunk: Any, cells: int) -> Any:
    """Return what the last block with a shortcut says at a size of its map."""
    return next(
        layer.output
        for layer in reversed(trunk.layers)
        if type(layer).__name__ == "Add" and layer.output.shape[1] == cells
    )


def _descend(layers: Any, far: Any, nearer: list[Any]) -> Any:
    x = _normalise(layers, layers.Conv2D(_WIDTH, 1)(far))
    for features in nearer:
        joined = layers.Add()([layers.UpSampling2D(2)(x), layers.Conv2D(_WIDTH, 1)(features)])
        x = _normalise(layers, layers.DepthwiseConv2D(3, padding="same")(joined))
    return x


def _tower(layers: Any, x: Any) -> Any:
    for _ in range(2):
        x = layers.Conv2D(_WIDTH, 1)(layers.DepthwiseConv2D(5, padding="same")(x))
        x = _normalise(layers, x)
    return x


def _by_cell(layers: Any, x: Any) -> Any:
    return layers.Reshape((-1, x.shape[-1]))(x)


def _normalise(layers: Any, x: Any) -> Any:
    return layers.ReLU()(layers.GroupNormalization(_GROUPS)(x))
