"""How long models take and what they say, for a person to see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class SentReadings:
    """What the models said of the images that one sender sent of one region.

    Attributes:
        region: as the models saw it; empty where they did not.
        probabilities: calibrated, of a fracture, one for each image that was read.
        states: images by statement: present, doubt or absent.
        reasons: images of which nothing was said, by reason code.
        called_ae_title: the title of this node that they were sent to.
    """

    calling_ae_title: str
    region: str
    probabilities: Sequence[float]
    states: Mapping[str, int]
    reasons: Mapping[str, int]
    called_ae_title: str = ""

    @property
    def images(self) -> int:
        """How many images there are, read or not."""
        return len(self.probabilities) + sum(self.reasons.values())


class ReadingScores(Protocol):
    """The part of the ledger that knows what models said. Every method raises LedgerError."""

    def by_sender_and_region(self, model_set: str, since: datetime, *, limit: int = 20_000) -> Sequence[SentReadings]:
        """Return what this set of models said at a time or later, by own title, sender and region.

        Args:
            limit: the latest so many images are looked at.
        """
        ...
