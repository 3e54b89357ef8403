"""Whether numbers come from where others came from: the population stability index, and what chance alone makes of it.

The index is sum((q - p) ln(q / p)) over bins, p and q the shares of a bin in the reference and in what is compared
with it (Siddiqi, Credit Risk Scorecards, 2006): the sum of both Kullback-Leibler divergences (Jeffreys 1946). It is 0
where the shares agree and has no upper end. The usual reading, below 0.1 no change and above 0.25 a large one, says
nothing of how many images there are: by chance alone the index has the size of
(bins - 1) (1 / images + 1 / images of the reference) (Yurdakul, Statistical Properties of Population Stability Index,
2018), which with fifty images is above 0.1. So the index is read beside a limit that chance seldom passes.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

DRAWS: Final = 2000
SEED: Final = 0
#: Share of unchanged samples that stay below the limit: every sender and region is looked at, so one in a hundred.
LEVEL: Final = 0.99
#: Counted into every bin, so that one that nobody fell into is rare and not impossible (Krichevsky-Trofimov, 1981).
_PRIOR_COUNT: Final = 0.5


def measure_stability(reference: Sequence[int], counts: Sequence[int]) -> float:
    """Return the population stability index, 0 or above.

    Args:
        reference, counts: how many fell into each bin; both count something, and have the same two or more bins.

    Raises:
        ValueError: they do not.
    """
    _require_bins(reference)
    _require_bins(counts)
    if len(reference) != len(counts):
        raise ValueError("an index compares counts of the same bins")
    return float(_measure(np.array(reference), np.array(counts)))


def limit_stability(
    reference: Sequence[int], images: int, *, level: float = LEVEL, draws: int = DRAWS, seed: int = SEED
) -> float:
    """Return what the index stays below in a share `level` of samples that come from where the reference came from.

    A parametric bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 6): both the sample of
    `images` and the reference itself are drawn anew from the shares of the reference, because that is a sample too;
    with the reference held fixed, many images would make every difference look like a change. A bin that nobody fell
    into is drawn now and then, as the next image may fall there.

    Args:
        reference: how many fell into each bin.
        images: of the sample that is compared, 1 or more.
        level: in 0..1.
    """
    _require_bins(reference)
    if images < 1:
        raise ValueError("a limit is that of a sample with images")
    counts, random = np.array(reference), np.random.default_rng(seed)
    shares = _share(counts.astype(np.float64))
    drawn = (random.multinomial(total, shares, size=draws) for total in (int(counts.sum()), images))
    return float(np.quantile(_measure(*drawn), level))


def _measure(reference: npt.NDArray[np.integer], counts: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Return the index over the last axis, (..., bins) to (...)."""
    before, now = (_share(each.astype(np.float64)) for each in (reference, counts))
    index: npt.NDArray[np.float64] = ((now - before) * np.log(now / before)).sum(axis=-1)
    return index


def _share(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    filled = counts + _PRIOR_COUNT
    shares: npt.NDArray[np.float64] = filled / filled.sum(axis=-1, keepdims=True)
    return shares


def _require_bins(counts: Sequence[int]) -> None:
    if len(counts) < 2 or min(counts) < 0 or not sum(counts):
        raise ValueError("an index needs two bins or more, and something in them")
