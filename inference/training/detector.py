"""A detector that also reads the whole image: boxes, and a fracture logit that knows which region it looks at.

One level at stride 8 carries a centre map and four distances (after CenterNet, Zhou et al. 2019, arXiv:1904.07850, and
TTFNet, Liu et al. 2019, arXiv:1909.00700): fractures are small and seldom overlap, so more levels buy nothing.
"""

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from inference.training.group_norm import GroupNorm
from inference.training.network import Convolution, Trunk, attend

STRIDE = 8


class Detected(NamedTuple):
    """Outputs of the detector; S/8 cells a side.

    Attributes:
        fracture_logit: (N, 1).
        region_logits: (N, R), independent of one another.
        centres: (N, 1, S/8, S/8) logits: a box has its centre in this cell.
        distances: (N, 4, S/8, S/8), in cells, from the cell's centre to the left, top, right and bottom edge.
    """

    fracture_logit: torch.Tensor
    region_logits: torch.Tensor
    centres: torch.Tensor
    distances: torch.Tensor


class Tower(nn.Module):
    """Two depthwise-separable 5x5 steps and a 1x1 output."""

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        for _ in range(2):
            steps += [
                Convolution(width, width, 5, 1, groups=width),
                Convolution(width, width, 1, 1),
                GroupNorm(8, width),
                nn.ReLU(),
            ]
        self.steps = nn.Sequential(*steps)
        self.out = nn.Conv2d(width, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(self.steps(x))


class DetectorNetwork(nn.Module):
    """A trunk, a feature pyramid down to stride 8 (Lin et al. 2017, arXiv:1612.03144), and three heads."""

    WIDTH = 96

    def __init__(self, trunk: Trunk, regions: int) -> None:
        super().__init__()
        self.trunk = trunk
        near, middle, far = trunk.channels
        self.from_far = Convolution(far, self.WIDTH, 1, 1)
        self.from_middle = Convolution(middle, self.WIDTH, 1, 1)
        self.from_near = Convolution(near, self.WIDTH, 1, 1)
        self.norms = nn.ModuleList(GroupNorm(8, self.WIDTH) for _ in range(3))
        self.smooth = nn.ModuleList(Convolution(self.WIDTH, self.WIDTH, 3, 1, groups=self.WIDTH) for _ in range(2))
        self.centre_tower = Tower(self.WIDTH, 1)
        self.size_tower = Tower(self.WIDTH, 4)
        self.dropout = nn.Dropout(0.3)
        self.region_head = nn.Linear(far, regions)
        self.fracture_head = nn.Linear(far + self.WIDTH + 1, 1 + regions)
        nn.init.constant_(self.centre_tower.out.bias, -4.0)
        nn.init.constant_(self.size_tower.out.bias, 0.8)

    def forward(self, grey: torch.Tensor, regions: torch.Tensor | None = None) -> Detected:
        """Read images (N, 1, S, S); `regions` (N, R) in 0..1 replaces the network's own opinion while it learns."""
        near, middle, far = self.trunk(grey)
        top = far.mean((2, 3))
        region_logits = self.region_head(top)
        local = self._pyramid(near, middle, far)
        centres = self.centre_tower(local)
        distances = torch.exp(self.size_tower(local).clamp(-3.0, 4.0))
        weights = torch.sigmoid(region_logits).detach() if regions is None else regions
        logit = self._fracture(top, local, centres, weights)
        return Detected(logit, region_logits, centres, distances)

    def _pyramid(self, near: torch.Tensor, middle: torch.Tensor, far: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.norms[0](self.from_far(far)))
        x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
        x = functional.relu(self.norms[1](self.smooth[0](x + self.from_middle(middle))))
        x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
        return functional.relu(self.norms[2](self.smooth[1](x + self.from_near(near))))

    def _fracture(
        self, top: torch.Tensor, local: torch.Tensor, centres: torch.Tensor, regions: torch.Tensor
    ) -> torch.Tensor:
        """Add what each region's own head says, weighted by how likely the region is, to what all share."""
        said = self.fracture_head(self.dropout(torch.cat([top, attend(local, centres)], dim=1)))
        weights = regions / regions.sum(1, keepdim=True).clamp(min=1e-3)
        return said[:, :1] + (said[:, 1:] * weights).sum(1, keepdim=True)
