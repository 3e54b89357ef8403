"""Two distributions in the same bins, as places in a small drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: Of the drawing, in its own units.
WIDTH: Final = 120
HEIGHT: Final = 44
_GAP: Final = 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bin of one distribution: a rectangle that stands on the ground of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars of what came, and the steps of what it is compared with as the points of a line."""

    bars: tuple[Bar, ...]
    steps: str


def draw_shares(counts: Sequence[int], reference: Sequence[int]) -> Histogram:
    """Return the drawing of counts in the same bins, one or more; the highest share of either reaches the top."""
    here, there = _shares(counts), _shares(reference)
    highest = max(*here, *there) or 1.0
    width = WIDTH / len(counts)
    bars = tuple(_bar(place, share / highest, width) for place, share in enumerate(here))
    corners = [
        (place * width + side * width, _up(share / highest)) for place, share in enumerate(there) for side in (0, 1)
    ]
    return Histogram(bars, " ".join(f"{x:.1f},{y:.1f}" for x, y in corners))


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) or 1
    return [each / total for each in counts]


def _bar(place: int, share: float, width: float) -> Bar:
    height = round(share * HEIGHT, 1)
    return Bar(round(place * width + _GAP / 2, 1), round(HEIGHT - height, 1), round(width - _GAP, 1), height)


def _up(share: float) -> float:
    return HEIGHT - share * HEIGHT
