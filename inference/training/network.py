"""The trunks of `backbones` in PyTorch, and two networks on one: which region, and whether and where a fracture.

Batch norm is folded into the convolutions, as it is in the weights we start from: nothing depends on a batch.
Input of every network: (N, 1, S, S) float32 in 0..1; the grey value is repeated and scaled to -1..1 inside.
"""

import torch
from torch import nn
from torch.nn import functional

from inference.training.backbones import STEM_STRIDE, Backbone
from inference.training.depthwise import depthwise5


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

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int, kernel: int) -> None:
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
    """A backbone without its classifier: features at stride 8, 16 and 32, with `channels` channels.

    The names of its parts (stem, blocks, top) are those of every saved state.
    """

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.channels = backbone.channels
        self.near, self.middle = backbone.last_block_at(8), backbone.last_block_at(16)
        self.stem = Convolution(3, backbone.stem_channels, 3, STEM_STRIDE)
        blocks, inputs = [], backbone.stem_channels
        for stage, stride in backbone.blocks:
            blocks.append(InvertedResidual(inputs, stage.channels, stride, stage.expansion, stage.kernel))
            inputs = stage.channels
        self.blocks = nn.ModuleList(blocks)
        self.top = Convolution(inputs, backbone.top_channels, 1, 1)

    def forward(self, grey: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        x = functional.relu6(self._start(grey * 2 - 1))
        kept = {}
        for index, block in enumerate(self.blocks):
            x = block(x)
            kept[index] = x
        return kept[self.near], kept[self.middle], functional.relu6(self.top(x))

    def _start(self, grey: torch.Tensor) -> torch.Tensor:
        """Apply the stem to one channel for all three: served, by the sum of its filters."""
        if self.training:
            return self.stem(grey.expand(-1, 3, -1, -1))
        conv = self.stem.conv
        padded = functional.pad(grey, self.stem.padding)
        return functional.conv2d(padded, conv.weight.sum(1, keepdim=True), conv.bias, conv.stride)

    def freeze(self, blocks: int) -> None:
        """Keep the stem and the first `blocks` blocks as they are: edges are edges in a radiograph too."""
        for module in (self.stem, *self.blocks[:blocks]):
            module.requires_grad_(False)


class RegionNetwork(nn.Module):
    """Which parts of the body an image shows: one independent logit per region, since an image may show two."""

    def __init__(self, trunk: Trunk, regions: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(trunk.channels[-1], regions)

    def forward(self, grey: torch.Tensor) -> torch.Tensor:
        return self.judge(self.pool(grey))

    def pool(self, grey: torch.Tensor) -> torch.Tensor:
        """Return the features (N, C) of the whole image."""
        _, _, top = self.trunk(grey)
        return top.mean((2, 3))

    def judge(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits (N, regions) of pooled features."""
        return self.head(self.dropout(features))


class FractureNetwork(nn.Module):
    """Whether an image shows a fracture, and where.

    The map (stride 16) learns from the boxes. It then tells the image head where to look: the head sees the mean of
    the whole image and the features under the map's attention (after Ilse et al. 2018, arXiv:1802.04712).
    """

    WIDTH = 128

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        self.trunk = trunk
        _, middle, top = trunk.channels
        self.from_top = Convolution(top, self.WIDTH, 1, 1)
        self.from_middle = Convolution(middle, self.WIDTH, 1, 1)
        self.mix = nn.Sequential(
            Convolution(self.WIDTH, self.WIDTH, 3, 1, groups=self.WIDTH), Convolution(self.WIDTH, self.WIDTH, 1, 1)
        )
        self.map = nn.Conv2d(self.WIDTH, 1, 1)
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(top + self.WIDTH + 1, 1)

    def forward(self, grey: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the image logit (N, 1) and the map of logits (N, 1, S/16, S/16)."""
        _, middle, top = self.trunk(grey)
        up = functional.interpolate(self.from_top(top), scale_factor=2.0, mode="nearest")
        local = functional.relu(up + self.from_middle(middle))
        local = functional.relu(local + self.mix(local))
        evidence = self.map(local)
        summary = torch.cat([top.mean((2, 3)), attend(local, evidence)], dim=1)
        return self.head(self.dropout(summary)), evidence


def attend(local: torch.Tensor, evidence: torch.Tensor) -> torch.Tensor:
    """Return the features (N, C, h, w) and the logits (N, 1, h, w) under the attention of the logits, (N, C + 1)."""
    attention = evidence.flatten(2).softmax(-1)
    return torch.cat([(each.flatten(2) * attention).sum(-1) for each in (local, evidence)], dim=1)
