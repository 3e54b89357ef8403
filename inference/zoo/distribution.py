"""How a measure of images is distributed: how many fell into each of some bins."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from inference.zoo.manifest import Entry


class Distribution(Entry):
    """Numbers in bins.

    Attributes:
        edges: where one bin ends and the next begins, rising; a number on an edge is in the upper bin. The outermost
            bins reach as far as there are numbers.
        counts: images in each bin, one bin more than there are edges.
        median: of the numbers themselves.
    """

    edges: tuple[float, ...] = Field(min_length=1)
    counts: tuple[int, ...]
    median: float

    @model_validator(mode="after")
    def _has_its_bins(self) -> Self:
        if any(low >= high for low, high in pairwise(self.edges)):
            raise ValueError("edges rise")
        if len(self.counts) != len(self.edges) + 1 or min(self.counts) < 0 or not sum(self.counts):
            raise ValueError("every bin has its count, and some count is not 0")
        return self

    @property
    def images(self) -> int:
        """How many images there are."""
        return sum(self.counts)

    def count(self, values: Iterable[float]) -> tuple[int, ...]:
        """Return how many of other numbers fall into each bin."""
        found = Counter(bisect_right(self.edges, each) for each in values)
        return tuple(found[index] for index in range(len(self.counts)))
