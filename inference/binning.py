"""Numbers of images into bins that tell a change, however the numbers lie."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from domain.image_measures import DIGITS, MEASURE_NAMES, ImageMeasures
from inference.zoo.distribution import Distribution

#: A bin has about so many images of the reference, or more.
LEAST_PER_BIN: Final = 20
MOST_BINS: Final = 10
#: Bins of a measure that is one of two numbers.
_FIXED_EDGES: Final[Mapping[str, tuple[float, ...]]] = {"inverted": (0.5,)}


def bin_measures(images: Sequence[ImageMeasures]) -> dict[str, Distribution]:
    """Return the distribution of each measure that enough of the images have, by name."""
    found = {name: [value for each in images if (value := getattr(each, name)) is not None] for name in MEASURE_NAMES}
    return {name: bin_values(name, values) for name, values in found.items() if len(values) >= 2 * LEAST_PER_BIN}


def bin_values(name: str, values: Sequence[float]) -> Distribution:
    """Return the distribution of one measure."""
    edges = _FIXED_EDGES.get(name) or find_edges(values, DIGITS[name])
    placed = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    return Distribution(edges=edges, counts=tuple(placed.tolist()), median=round(float(np.median(values)), 4))


def find_edges(values: Iterable[float], digits: int) -> tuple[float, ...]:
    """Return the edges of bins with about as many of the numbers each, which are rounded to so many digits.

    A number that fills a bin alone gets one, for a detector has one matrix or two: without its upper edge a larger one
    would fall into the same bin. A number beyond all of these falls into a bin of its own, at either end.
    """
    known, step = np.array(list(values)), 10.0**-digits
    bins = min(MOST_BINS, len(known) // LEAST_PER_BIN)
    quantiles = np.quantile(known, np.arange(1, bins) / bins, method="inverted_cdf").tolist()
    alone = [value + step for value in set(quantiles) if quantiles.count(value) > 1]
    ends = (float(known.min()), float(known.max()) + step)
    return tuple(sorted({round(each, digits) for each in (*quantiles, *alone, *ends)}))
