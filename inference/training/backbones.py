"""The convolutional trunks of the shipped networks, as data: readable without any framework.

Both are stacks of inverted residuals (Sandler et al. 2018, arXiv:1801.04381): expand each channel, filter it, project;
ReLU6 follows the first two steps, the stem and the top.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import Literal

BackboneName = Literal["mobilenetv2", "efficientnetlite0"]
#: The stem halves the image.
STEM_STRIDE = 2


@dataclass(frozen=True, slots=True)
class Stage:
    """Some blocks with the same number of channels; `stride` is that of the first, the others have 1."""

    expansion: int
    channels: int
    repeats: int
    stride: int
    kernel: int = 3


@dataclass(frozen=True, slots=True)
class Backbone:
    """A trunk without its classifier."""

    stages: tuple[Stage, ...]
    stem_channels: int = 32
    top_channels: int = 1280

    @property
    def blocks(self) -> Iterator[tuple[Stage, int]]:
        """Every block in its order: its stage, and its own stride."""
        return ((stage, stage.stride if at == 0 else 1) for stage in self.stages for at in range(stage.repeats))

    @property
    def channels(self) -> tuple[int, int, int]:
        """Channels at stride 8, at stride 16 and after the top, at stride 32."""
        stages = [stage for stage, _ in self.blocks]
        return stages[self.last_block_at(8)].channels, stages[self.last_block_at(16)].channels, self.top_channels

    def last_block_at(self, stride: int) -> int:
        """Return the index of the last block whose cells are `stride` pixels wide; raises ValueError where none is."""
        strides = list(accumulate((own for _, own in self.blocks), int.__mul__, initial=STEM_STRIDE))[1:]
        if stride not in strides:
            raise ValueError(f"the backbone has no block at stride {stride}")
        return len(strides) - 1 - strides[::-1].index(stride)


#: Table 2 of the paper.
MOBILENETV2 = Backbone(
    (
        Stage(expansion=1, channels=16, repeats=1, stride=1),
        Stage(expansion=6, channels=24, repeats=2, stride=2),
        Stage(expansion=6, channels=32, repeats=3, stride=2),
        Stage(expansion=6, channels=64, repeats=4, stride=2),
        Stage(expansion=6, channels=96, repeats=3, stride=1),
        Stage(expansion=6, channels=160, repeats=3, stride=2),
        Stage(expansion=6, channels=320, repeats=1, stride=1),
    )
)
#: EfficientNet-B0 (Tan & Le 2019, arXiv:1905.11946, table 1) without squeeze-excitation and with ReLU6.
EFFICIENTNET_LITE0 = Backbone(
    (
        Stage(expansion=1, channels=16, repeats=1, stride=1),
        Stage(expansion=6, channels=24, repeats=2, stride=2),
        Stage(expansion=6, channels=40, repeats=2, stride=2, kernel=5),
        Stage(expansion=6, channels=80, repeats=3, stride=2),
        Stage(expansion=6, channels=112, repeats=3, stride=1, kernel=5),
        Stage(expansion=6, channels=192, repeats=4, stride=2, kernel=5),
        Stage(expansion=6, channels=320, repeats=1, stride=1),
    )
)
BACKBONES: Mapping[BackboneName, Backbone] = MappingProxyType(
    {"mobilenetv2": MOBILENETV2, "efficientnetlite0": EFFICIENTNET_LITE0}
)
