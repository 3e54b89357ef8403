"""The numbers of a day, as the page *today* shows them: read models free of patient data."""

from dataclasses import dataclass
from datetime import datetime

from domain.breaker import BreakerState


@dataclass(frozen=True, slots=True)
class Latency:
    """From the last image of a study to its answer, of `number` studies; None of none."""

    number: int
    p50_seconds: float | None = None
    p95_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: how much, since when the one that waits longest, and which study that is ("" where it is none)."""

    number: int
    since: datetime | None = None
    study_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class DestinationNow:
    """How a destination answers; `explanation` is the last failure in words, free of patient data."""

    name: str
    state: BreakerState
    since: datetime | None
    waiting: int
    held: int
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Hour:
    """What came and what was answered in one hour that began `at`."""

    at: datetime
    received: int
    answered: int


@dataclass(frozen=True, slots=True)
class Today:
    """The numbers since a moment, and what waits now.

    Attributes:
        received: studies with an image since then; `images` of them.
        read, unread: images that models spoke of, and that were not analysed or failed.
        taking, answering, sending: studies that still take images, wait for their answer, and deliveries on their way.
        answered, shadowed: versions whose answer was made since then, for somebody, or in shadow mode for nobody.
        held: studies that wait for a person; `failed`: deliveries that do.
        refused_attempts: attempts at destinations since then that did not succeed.
        quarantined: files put aside since then.
    """

    since: datetime
    images: int
    received: int
    read: int
    unread: int
    answered: int
    latency: Latency
    taking: Waiting
    answering: Waiting
    sending: Waiting
    held: Waiting
    failed: Waiting
    refused_attempts: int
    quarantined: int
    destinations: tuple[DestinationNow, ...]
    hours: tuple[Hour, ...] = ()
    shadowed: int = 0
