"""EfficientNet-Lite0 in Keras, which `keras.applications` does not have: members of that kind are compared with it."""

from typing import Any

from inference.backends.frameworks import load_keras


def build_lite0(side_px: int) -> Any:
    """Return the network without its classifier: (N, side, side, 3) to (N, side / 32, side / 32, 1280)."""
    # A module of the training, which serving does not load.
    from inference.training.backbones import EFFICIENTNET_LITE0, STEM_STRIDE

    layers = load_keras().layers
    image = layers.Input((side_px, side_px, 3))
    stem = layers.Conv2D(EFFICIENTNET_LITE0.stem_channels, 3, STEM_STRIDE, "same", use_bias=False)
    x = _filter(layers, image, stem)
    for stage, stride in EFFICIENTNET_LITE0.blocks:
        x = _block(layers, x, stage.expansion, stage.channels, stride, stage.kernel)
    top = _filter(layers, x, layers.Conv2D(EFFICIENTNET_LITE0.top_channels, 1, use_bias=False))
    return load_keras().Model(image, top)


def _block(layers: Any, x: Any, expansion: int, channels: int, stride: int, kernel: int) -> Any:
    inputs = x.shape[-1]
    y = _filter(layers, x, layers.Conv2D(inputs * expansion, 1, use_bias=False)) if expansion > 1 else x
    y = _filter(layers, y, layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False))
    y = layers.BatchNormalization()(layers.Conv2D(channels, 1, use_bias=False)(y))
    return layers.Add()([x, y]) if stride == 1 and inputs == channels else y


def _filter(layers: Any, x: Any, convolution: Any) -> Any:
    return layers.ReLU(6.0)(layers.BatchNormalization()(convolution(x)))
