"""The ports of the comparison of two sets of models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from domain.comparison import ComparedImage
from domain.finding import ImageReading


class ChallengeState(StrEnum):
    """How far the challenger is with an image. GONE: its pixels were purged before it was read."""

    WAITING = "waiting"
    READ = "read"
    FAILED = "failed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Pairing:
    """The digests of two sets of models."""

    champion: str
    challenger: str


@dataclass(frozen=True, slots=True)
class WaitingImage:
    """An image that the challenger is to read; `path` is None where its pixels are gone."""

    sop_instance_uid: str
    sha256: str
    path: Path | None


class ChallengeLedger(Protocol):
    """The part of the ledger that the challenger reads for. Every method raises LedgerError."""

    def take_up(self, pairing: Pairing, share: float) -> int:
        """Note the images that were answered since the last time, a share of them; return how many are new."""
        ...

    def next(self, pairing: Pairing) -> WaitingImage | None:
        """Return the image that waits longest, None where none does."""
        ...

    def keep(self, pairing: Pairing, image: WaitingImage, reading: ImageReading | None) -> None:
        """Keep what the challenger said of an image, and what the champion had; None: its pixels are gone."""
        ...


@dataclass(frozen=True, slots=True)
class Challenged:
    """What is kept of one pairing.

    Attributes:
        images: those that both were asked about, the latest first.
        states: every image of the pairing, by how far the challenger is with it.
        partly: studies of which it has not read every image.
    """

    pairing: Pairing
    images: Sequence[ComparedImage]
    states: Mapping[ChallengeState, int]
    partly: frozenset[str] = frozenset()


class ComparedReadings(Protocol):
    """The part of the ledger that knows what both said. Every method raises LedgerError."""

    def pairings(self) -> Sequence[Pairing]:
        """Return the pairings that anything is kept of, the latest first."""
        ...

    def challenged(self, pairing: Pairing, since: datetime, *, limit: int = 20_000) -> Challenged:
        """Return what both said of the images that were answered at a time or later, the latest so many."""
        ...
