"""How statements agree with a reference: shares with their intervals, and kappa.

An interval of a share is Wilson's (1927): it also holds near 0 and 1 and with few trials. Kappa is Cohen's with linear
weights (1968), for categories in an order, with a percentile bootstrap over the studies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

DRAWS: Final = 2000
SEED: Final = 0
#: The 97.5th percentile of the normal distribution: intervals are those of 95 %.
_Z: Final = 1.959964
#: Below, an interval of kappa says nothing.
LEAST_RATED: Final = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval, and of how many."""

    value: float
    low: float
    high: float
    number: int


def estimate_share(successes: int, trials: int) -> Estimate | None:
    """Return a share with its score interval (Wilson 1927), in 0..1; None of no trial.

    Raises:
        ValueError: more successes than trials, or fewer than none.
    """
    if not 0 <= successes <= trials:
        raise ValueError("a share is of some among all")
    if not trials:
        return None
    share, weight = successes / trials, _Z * _Z / trials
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z * sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    # At the ends the interval touches them; arithmetic misses by a rounding error.
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return Estimate(share, low if successes else 0.0, high if successes < trials else 1.0, trials)


def estimate_kappa(counts: Sequence[Sequence[int]], *, draws: int = DRAWS, seed: int = SEED) -> Estimate | None:
    """Return kappa with linear weights, -1 to 1; None where chance alone explains all, or fewer than LEAST_RATED.

    Args:
        counts: square; a row for each category of one rater, a column for each of the other, both in the same order.
    """
    table = np.array(counts, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or table.shape[0] < 2 or table.min() < 0:
        raise ValueError("kappa is of a square table of counts")
    total = int(table.sum())
    if total < LEAST_RATED:
        return None
    value = float(_measure(table[np.newaxis])[0])
    if np.isnan(value):
        return None
    drawn = np.random.default_rng(seed).multinomial(total, table.ravel() / total, size=draws)
    found = _measure(drawn.reshape(draws, *table.shape).astype(np.float64))
    low, high = np.nanquantile(found, (0.025, 0.975))
    return Estimate(value, float(low), float(high), total)


def _measure(tables: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return kappa of each table, (tables, n, n) to (tables,); not a number where both raters have one category."""
    size = tables.shape[-1]
    places = np.arange(size)
    distance = np.abs(places[:, np.newaxis] - places) / (size - 1)
    total = tables.sum(axis=(1, 2))
    expected = tables.sum(axis=2)[:, :, np.newaxis] * tables.sum(axis=1)[:, np.newaxis, :] / total[:, None, None]
    by_chance = (distance * expected).sum(axis=(1, 2))
    seen = (distance * tables).sum(axis=(1, 2))
    kappa = np.full(len(tables), np.nan)
    kappa[by_chance > 0] = 1 - seen[by_chance > 0] / by_chance[by_chance > 0]
    return kappa
