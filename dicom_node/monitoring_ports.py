"""What the ledger tells those who watch the node: what came to an end lately, and what stands now.

Numbers, times and names of the configuration. `key` tells one event from the next, and begins with Study Instance UID
and version where it is one of a version; it goes nowhere as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.breaker import Breaker


class Stage(StrEnum):
    """The stages of a study, named by what ends them."""

    COMPLETE = "complete"
    READ = "read"
    COMPOSED = "composed"
    DELIVERED = "delivered"
    COMMITTED = "committed"


@dataclass(frozen=True, slots=True)
class ReadingEnd:
    """An image that was read, or not and why.

    Attributes:
        received_at: None where the image has gone from the ledger since.
        reason_code: empty where it was read.
        model_milliseconds: how long each member took that spoke, by its name.
    """

    key: str
    ended_at: datetime
    received_at: datetime | None
    status: str
    reason_code: str
    model_milliseconds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AnswerEnd:
    """A version of a study that was answered; `last_read_at` is None where none of its images was read.

    Attributes:
        in_shadow: it was made in shadow mode, and sent to nobody.
    """

    key: str
    ended_at: datetime
    first_arrival_at: datetime
    last_arrival_at: datetime
    closed_at: datetime | None
    closed_by: str
    last_read_at: datetime | None
    in_shadow: bool = False


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """An attempt at a destination; `last_arrival_at` and `answered_at` are those of the version.

    Attributes:
        begun_at: when the attempt before it ended; that of the answer where it is the first.
    """

    key: str
    ended_at: datetime
    destination: str
    outcome: str
    last_arrival_at: datetime
    answered_at: datetime | None
    begun_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CommitmentEnd:
    """A delivery that an archive has committed to."""

    key: str
    ended_at: datetime
    destination: str
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for one stage, and since when the one that waits longest; `destination` where the stage has one."""

    stage: Stage
    items: int
    oldest_at: datetime | None
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger holds now.

    Attributes:
        held_studies: versions that wait for a person, and that no later one has answered.
        dead_letters: by destination.
        quarantined: files by reason code.
        breakers: of each destination that ever failed.
    """

    queues: Sequence[Queue] = ()
    held_studies: int = 0
    dead_letters: Mapping[str, int] = field(default_factory=dict)
    quarantined: Mapping[str, int] = field(default_factory=dict)
    breakers: Mapping[str, Breaker] = field(default_factory=dict)


class MeasuredLedger(Protocol):
    """The part of the ledger that is measured. Every method raises LedgerError where the store failed."""

    def readings(self, since: datetime) -> Sequence[ReadingEnd]:
        """Return the readings that were kept at a time or later."""
        ...

    def answers(self, since: datetime) -> Sequence[AnswerEnd]:
        """Return the versions that were answered at a time or later."""
        ...

    def attempts(self, since: datetime) -> Sequence[AttemptEnd]:
        """Return the attempts that ended at a time or later."""
        ...

    def commitments(self, since: datetime) -> Sequence[CommitmentEnd]:
        """Return the deliveries that were committed to at a time or later."""
        ...

    def images(self, answer: AnswerEnd) -> Sequence[ReadingEnd]:
        """Return the readings that an answer was made of, the first one first."""
        ...

    def standing(self) -> Standing:
        """Return what the ledger holds now."""
        ...

    def size_bytes(self) -> int:
        """Return what the store takes on disk, 0 where that is not known."""
        ...

    def try_to_write(self, now: datetime) -> None:
        """Commit a small change; raises LedgerFull or LedgerError where that cannot be."""
        ...
