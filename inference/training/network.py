"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) in PyTorch, and the two heads that ship.

Batch norm is folded into the convolutions, as it is in the weights we start from: nothing depends on a batch.
Input of every network: (N, 1, S, S) float32 in 0..1; the grey value is repeated and scaled to -1..1 inside.
"""

import torch
from torch import nn
from torch.nn import functional

from inference.training.depthwise import depthwise5

#: Expansion, output channels, repeats, first stride: table 2 of the paper.
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
#: Index of the last block at stride 8 (32 channels) and at stride 16 (96 channels).
LAST_STRIDE_8, LAST_STRIDE_16 = 5, 12
TOP_CHANNELS = 1280


class Convolution(nn.Module):
    """A convolution with TensorFlow's "same" padding: at stride 2 the extra row and column are right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1) -> None:
        super().__init__()
        before, after = (kernel - stride) // 2, (kernel - stride + 1) // 2
        self.padding = (before, after, before, after)
        self.is_even = before == after
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, before if self.is_even else 0, groups=groups)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training and self.conv.groups > 1 and self.conv.kernel_size == (5, 5):
            assert self.conv.bias is not None
            return depthwise5(functional.pad(x, self.padding), self.conv.weight, self.conv.bias, self.conv.stride[0])
        return self.conv(x if self.is_even else functional.pad(x, self.padding))


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; the shortcut joins equal shapes."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int, kernel: int = 3) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = Convolution(inputs, hidden, 1, 1) if expansion > 1 else None
        self.depthwise = Convolution(hidden, hidden, kernel, stride, groups=hidden)
        self.project = Convolution(hidden, outputs, 1, 1)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(functional.relu6(self.depthwise(y)))
        return x + y if self.shortcut else y


class Trunk(nn.Module):
    """MobileNetV2 without its classifier: features at stride 8 (32), 16 (96) and 32 (1280 channels)."""

    channels = (32, 96, TOP_CHANNELS)

    def __init__(self) -> None:
        super().__init__()
        self.stem = Convolution(3, 32, 3, 2)
        blocks, channels = [], 32
        for expansion, outputs, repeats, first_stride in STAGES:
            for repeat in range(repeats):
                blocks.append(InvertedResidual(channels, outputs, first_stride if repeat == 0 else 1, expansion))
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


class RegionNetwork(nn.Module):
    """Which parts of the body an image shows: one independent logit per region, since an image may show two."""

    def __init__(self, regions: int) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(TOP_CHANNELS, regions)

    def forward(self, grey: torch.Tensor) -> torch.Tensor:
        _, _, top = self.trunk(grey)
        return self.head(self.dropout(top.mean((2, 3))))


class FractureNetwork(nn.Module):
    """Whether an image shows a fracture, and where.

    The map (stride 16) learns from the boxes. It then tells the image head where to look: the head sees the mean of
    the whole image and the features under the map's attention (after Ilse et al. 2018, arXiv:1802.04712).
    """

    WIDTH = 128

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.from_top = Convolution(TOP_CHANNELS, self.WIDTH, 1, 1)
        self.from_middle = Convolution(96, self.WIDTH, 1, 1)
        self.mix = nn.Sequential(
            Convolution(self.WIDTH, self.WIDTH, 3, 1, groups=self.WIDTH), Convolution(self.WIDTH, self.WIDTH, 1, 1)
        )
        self.map = nn.Conv2d(self.WIDTH, 1, 1)
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(TOP_CHANNELS + self.WIDTH + 1, 1)

    def forward(self, grey: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the image logit (N, 1) and the map of logits (N, 1, S/16, S/16)."""
        _, middle, top = self.trunk(grey)
        up = functional.interpolate(self.from_top(top), scale_factor=2.0, mode="nearest")
        local = functional.relu(up + self.from_middle(middle))
        local = functional.relu(local + self.mix(local))
        evidence = self.map(local)
        attention = evidence.flatten(2).softmax(-1)
        seen = (local.flatten(2) * attention).sum(-1)
        strongest = (evidence.flatten(2) * attention).sum(-1)
        summary = torch.cat([top.mean((2, 3)), seen, strongest], dim=1)
        return self.head(self.dropout(summary)), evidence
