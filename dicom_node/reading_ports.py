"""How long models take, for a person to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MemberTime:
    """How long one model took for an image, of the latest answers.

    Attributes:
        images: of which it spoke.
        median_milliseconds, slowest_milliseconds: the 50th and the 95th percentile.
    """

    model: str
    version: str
    images: int
    median_milliseconds: float
    slowest_milliseconds: float


class ReadingTimes(Protocol):
    """The part of the ledger that knows how long models took. Every method raises LedgerError."""

    def member_times(self, model_set: str, *, studies: int = 100) -> Sequence[MemberTime]:
        """Return it of the latest answers, where this set of models gave them, by model."""
        ...
