"""Start from ImageNet: the weights of `keras.applications.MobileNetV2(include_top=False)` as a Keras 3 `.weights.h5`.

The file names its layers by class and position (conv2d, conv2d_1, ...; depthwise_conv2d_...), in the order of the
network, so the n-th convolution here is the n-th there. Batch norm must be folded (gamma 1, mean 0, variance 1 -
epsilon), as in the file made from the int8 model of google-coral/test_data (Apache-2.0).
"""

from pathlib import Path

import h5py
import numpy as np
import torch
from torch import nn

from inference.training.network import Convolution, Trunk

#: Epsilon of Keras's MobileNetV2 batch norm.
EPSILON = 1e-3


def load_imagenet(trunk: Trunk, weights: Path) -> None:
    """Copy the ImageNet weights into the trunk, folding batch norm on the way.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file has another number of convolutions, or shapes that do not fit.
    """
    convolutions = [module for module in trunk.modules() if isinstance(module, Convolution)]
    counts = {"conv2d": 0, "depthwise_conv2d": 0}
    with h5py.File(weights) as file:
        layers = file["layers"]
        if len([name for name in layers if "conv2d" in name]) != len(convolutions):
            raise ValueError(f"{weights} is not MobileNetV2 1.0 without its top")
        for index, module in enumerate(convolutions):
            kind = "depthwise_conv2d" if module.conv.groups > 1 else "conv2d"
            kernel = np.asarray(layers[_numbered(kind, counts[kind])]["vars"]["0"])
            counts[kind] += 1
            norm = [np.asarray(layers[_numbered("batch_normalization", index)]["vars"][str(i)]) for i in range(4)]
            _assign(module, kernel, norm)


def load_trunk(trunk: nn.Module, weights: Path) -> None:
    """Copy the trunk of a network that was trained here (`weights.pt`).

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: its trunk is another one.
    """
    state = torch.load(weights, map_location="cpu", weights_only=True)
    own = {name.removeprefix("trunk."): value for name, value in state.items() if name.startswith("trunk.")}
    try:
        trunk.load_state_dict(own)
    except RuntimeError as error:
        raise ValueError(f"{weights} has another trunk") from error


def _numbered(name: str, index: int) -> str:
    return f"{name}_{index}" if index else name


def _assign(module: Convolution, kernel: np.ndarray, norm: list[np.ndarray]) -> None:
    gamma, beta, mean, variance = norm
    scale = gamma / np.sqrt(variance + EPSILON)
    # Keras keeps (row, column, in, out), for depthwise (row, column, channel, 1); PyTorch (out, in, row, column).
    depthwise = module.conv.groups > 1
    weight = kernel.transpose(2, 3, 0, 1) if depthwise else kernel.transpose(3, 2, 0, 1)
    with torch.no_grad():
        module.conv.weight.copy_(torch.from_numpy(weight * scale[:, None, None, None]))
        assert module.conv.bias is not None
        module.conv.bias.copy_(torch.from_numpy(beta - mean * scale))
