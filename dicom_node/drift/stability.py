"""The index of a measure and its limit, remembered: the same reference is asked for again and again."""

from functools import lru_cache
from typing import Final

from domain.image_measures import MEASURE_NAMES
from inference.population_stability import limit_stability, measure_stability

#: An origin is looked at by as many measures: by chance alone some measure differs in one origin of a hundred. As the
#: bins are those of the reference, it is one to two of a hundred (800 samples each of 60 to 300 images).
LEVEL: Final = 1 - 0.01 / len(MEASURE_NAMES)
DRAWS: Final = 4000


def compare(reference: tuple[int, ...], counts: tuple[int, ...]) -> tuple[float, float]:
    """Return the population stability index of counts in the same bins, and what it stays below by chance.

    The order of the bins does not matter to the limit, so measures whose bins hold as many images share one.
    """
    return measure_stability(reference, counts), _limit(tuple(sorted(reference)), round_down(sum(counts)))


def round_down(images: int) -> int:
    """Return two digits of a number: fewer images have a wider limit, and one limit serves many numbers."""
    scale: int = 10 ** max(0, len(str(images)) - 2)
    return images // scale * scale


@lru_cache(maxsize=4096)
def _limit(reference: tuple[int, ...], images: int) -> float:
    return limit_stability(reference, images, level=LEVEL, draws=DRAWS)
