"""The reliability diagram of a version of a bundle, as places in a drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from inference.zoo.evaluation import ReliabilityBin

#: Of the drawing, in its own units: the square of both axes, and where it begins from the left and from above.
SIDE: Final = 240
LEFT: Final = 44
TOP: Final = 12
#: Radius of the dot of a bin with as many images as a bin has on average.
_RADIUS: Final = 4.5


@dataclass(frozen=True, slots=True)
class Dot:
    """One bin: where its dot stands, from where to where its interval goes, and what it says."""

    x: float
    y: float
    radius: float
    y_low: float
    y_high: float
    bin: ReliabilityBin


@dataclass(frozen=True, slots=True)
class Diagram:
    """What is drawn: dots on a square whose diagonal is where what was said is what was so."""

    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, float, str], ...]

    @property
    def line(self) -> str:
        """The dots as the points of a line."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def draw(bins: Sequence[ReliabilityBin]) -> Diagram:
    """Return the diagram of some bins, at least one."""
    average = sum(each.images for each in bins) / len(bins)
    ticks = tuple((_across(share), _up(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Diagram(tuple(_dot(each, average) for each in bins), ticks)


def _dot(each: ReliabilityBin, average: float) -> Dot:
    radius = round(_RADIUS * sqrt(each.images / average), 1)
    return Dot(_across(each.said), _up(each.fractured), radius, _up(each.low), _up(each.high), each)


def _across(share: float) -> float:
    return round(LEFT + share * SIDE, 1)


def _up(share: float) -> float:
    return round(TOP + (1 - share) * SIDE, 1)
