"""EfficientNet-Lite0 in Keras, which `keras.applications` does not have: members of that kind are compared with it."""

from typing import Any

from inference.backends.frameworks import load_keras

#: Expansion, output channels, repeats, first stride, kernel: EfficientNet-B0 (Tan & Le 2019, arXiv:1905.11946, table 1)
#: without squeeze-excitation and with ReLU6, its first and last stage not widened.
STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
STEM_CHANNELS, TOP_CHANNELS = 32, 1280


def build_lite0(side_px: int) -> Any:
    """Return the network without its classifier: (N, side, side, 3) to (N, side / 32, side / 32, 1280)."""
    layers = load_keras().layers
    image = layers.Input((side_px, side_px, 3))
    x = _filter(layers, image, layers.Conv2D(STEM_CHANNELS, 3, 2, "same", use_bias=False))
    for expansion, channels, repeats, first_stride, kernel in STAGES:
        for repeat in range(repeats):
            x = _block(layers, x, expansion, channels, first_stride if repeat == 0 else 1, kernel)
    top = _filter(layers, x, layers.Conv2D(TOP_CHANNELS, 1, use_bias=False))
    return load_keras().Model(image, top)


def _block(layers: Any, x: Any, expansion: int, channels: int, stride: int, kernel: int) -> Any:
    inputs = x.shape[-1]
    y = _filter(layers, x, layers.Conv2D(inputs * expansion, 1, use_bias=False)) if expansion > 1 else x
    y = _filter(layers, y, layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False))
    y = layers.BatchNormalization()(layers.Conv2D(channels, 1, use_bias=False)(y))
    return layers.Add()([x, y]) if stride == 1 and inputs == channels else y


def _filter(layers: Any, x: Any, convolution: Any) -> Any:
    return layers.ReLU(6.0)(layers.BatchNormalization()(convolution(x)))
