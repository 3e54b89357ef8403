"""What the images that came are like, by where they came from, and what they were like at first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from domain.image_measures import ImageMeasures

#: In the place of a region: the images of all regions together.
EVERY_REGION: Final = "*"


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Images of one region that one sender sent to one title of this node.

    Attributes:
        region: as the models saw it; empty where they did not.
    """

    called_ae_title: str
    calling_ae_title: str
    region: str


@dataclass(frozen=True, slots=True)
class SentImages:
    """What images of one origin are like."""

    origin: Origin
    images: Sequence[ImageMeasures]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the first images of an origin were like.

    Attributes:
        model_set: that measured distances.
        images: how many; 0 where they are still awaited, from `learned_at` on.
        content: a distribution for each measure, by name, as JSON (inference/zoo/input_reference.py).
    """

    origin: Origin
    model_set: str
    images: int
    content: Mapping[str, Any]
    learned_at: datetime


class SentMeasures(Protocol):
    """The part of the ledger that knows what images are like. Every method raises LedgerError."""

    def sent_since(self, model_set: str, since: datetime, *, limit: int = 20_000) -> Sequence[SentImages]:
        """Return what images are like that came at a time or later, by origin, as this set of models measured them.

        Args:
            limit: the latest so many images are looked at.
        """
        ...

    def first_of(self, model_set: str, origin: Origin, since: datetime | None, images: int) -> Sequence[SentImages]:
        """Return what the first so many images of an origin are like, from a time on; of EVERY_REGION by region."""
        ...

    def baselines(self) -> Sequence[Baseline]:
        """Return what was learned of each origin, or is to be."""
        ...

    def keep_baseline(self, baseline: Baseline) -> None:
        """Keep what was learned; the first one of an origin stays, until somebody asks to learn it anew."""
        ...

    def learn_anew(self, calling_ae_title: str, now: datetime) -> int:
        """Forget what was learned of a sender, and await its images from now on; return of how many origins."""
        ...
