"""How far two who judge the same images agree, and what chance alone would make of it.

Cohen's kappa (Educational and Psychological Measurement 20, 1960): (observed - expected) / (1 - expected) agreement, 1
for always, 0 for as often as by chance, below for less. Its interval is a percentile bootstrap over studies and not
over images (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 8): images of one study show
the same patient, so that as single images they would claim more than they know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

DRAWS: Final = 2000
SEED: Final = 0
LEVEL: Final = 0.95
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two agree on images.

    Attributes:
        observed: share of the images of which both say the same.
        kappa: None where both always say the same one thing: then there is nothing that chance could explain.
        low, high: interval of kappa; None with it, or where there are fewer than two studies.
    """

    images: int
    studies: int
    observed: float
    kappa: float | None
    low: float | None
    high: float | None


def measure_agreement(
    tables: Sequence[npt.ArrayLike], *, draws: int = DRAWS, level: float = LEVEL, seed: int = SEED
) -> Agreement:
    """Return how far two agree.

    Args:
        tables: for each study, (K, K) counts of its images: what one says down, what the other says across.
        level: of the interval, in 0..1.

    Raises:
        ValueError: there is no image, or the counts are no square tables of one size.
    """
    counts = np.array(tables, dtype=np.int64)
    if counts.ndim != 3 or counts.shape[1] != counts.shape[2] or not counts.sum():
        raise ValueError("agreement is that of square tables with images in them")
    total = counts.sum(axis=0)
    images, kappa = int(total.sum()), _kappa(total)
    low, high = _resample(counts, draws, level, seed) if np.isfinite(kappa) and len(counts) > 1 else (None, None)
    return Agreement(
        images=images,
        studies=len(counts),
        observed=float(np.trace(total) / images),
        kappa=float(kappa) if np.isfinite(kappa) else None,
        low=low,
        high=high,
    )


def _kappa(counts: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Return kappa of (..., K, K) counts, nan where it is not defined."""
    total = counts.sum(axis=(-2, -1)).astype(np.float64)
    observed = np.trace(counts, axis1=-2, axis2=-1) / total
    expected = (counts.sum(axis=-1) * counts.sum(axis=-2)).sum(axis=-1) / total**2
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa: npt.NDArray[np.float64] = np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)
    return kappa


def _resample(counts: Counts, draws: int, level: float, seed: int) -> tuple[float | None, float | None]:
    # Studies with the same table are drawn together: thousands of studies have few different tables.
    patterns, times = np.unique(counts.reshape(len(counts), -1), axis=0, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(len(counts), times / len(counts), size=draws)
    kappas = _kappa((drawn @ patterns).reshape(draws, *counts.shape[1:]))
    defined = kappas[np.isfinite(kappas)]
    if not len(defined):
        return None, None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
