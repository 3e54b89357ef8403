"""The Protocol of what is kept of a change feed: how far it was followed, and what of it is still to be done.

Like those of ports.py; it has a fake in tests/fakes and one contract suite for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Resource(StrEnum):
    """What a source calls by an identifier of its own."""

    INSTANCE = "instance"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """How far a feed was followed.

    Attributes:
        sequence: number of the last change that was noted.
        date: of that change, in the source's own words; they order like times.
    """

    sequence: int
    date: str = ""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """Something that a source has and that is still to be fetched.

    Attributes:
        sequence: number of the change that last spoke of it.
        attempts: that failed.
        reason: why the last one did, in words.
    """

    source: str
    resource: Resource
    identifier: str
    sequence: int
    attempts: int = 0
    reason: str = ""
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedStudy:
    """A study that came from a source, and what the source should be told.

    Attributes:
        identifier: the source's own.
        version: the latest of this study.
        is_answered: every destination has the answer of that version.
        marked_version: that the source was last told is answered; 0 for none.
    """

    source: str
    identifier: str
    study_instance_uid: str
    version: int
    is_answered: bool
    marked_version: int


class FeedLedger(Protocol):
    """What following a feed needs of the ledger; every method is one transaction and raises LedgerError."""

    def position(self, source: str) -> FeedPosition | None:
        """Return how far a feed was followed, None where it never was."""
        ...

    def advance(self, source: str, position: FeedPosition, items: Sequence[FeedItem]) -> None:
        """Note changes and that the feed was followed up to them; one that waits already waits once."""
        ...

    def due(self, source: str, limit: int, *, longest_wait_seconds: float) -> Sequence[FeedItem]:
        """Return what may be fetched now, in the order of the changes.

        What would have to wait longer than anything ever does is due as well: the clock was set back.
        """
        ...

    def waiting(self, source: str) -> Sequence[FeedItem]:
        """Return everything that is still to be fetched, what failed most often first."""
        ...

    def finish(self, item: FeedItem, found: Sequence[FeedItem] = ()) -> None:
        """Note that nothing is left to do for an item but for what was found in it.

        An item that a later change spoke of meanwhile stays.
        """
        ...

    def postpone(self, item: FeedItem, reason: str, delay_seconds: float) -> None:
        """Note that an attempt failed, and plan the next one."""
        ...

    def note_study(self, source: str, identifier: str, study_instance_uid: str) -> None:
        """Note that a study has come from a source; safe to repeat."""
        ...

    def studies_to_mark(self, source: str) -> Sequence[FeedStudy]:
        """Return the studies that the source should be told something new of: answered, or not any more."""
        ...

    def keep_mark(self, study: FeedStudy, marked_version: int) -> None:
        """Note what the source was told."""
        ...
