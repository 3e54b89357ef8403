"""What a person sees of deliveries that failed for good, and how peers have answered lately.

Like those of ports.py; each has a fake in tests/fakes and one contract suite for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.breaker import Breaker, BreakerState
from domain.delivery import Delivery, DeliveryState
from domain.document import DocumentKind


@dataclass(frozen=True, slots=True)
class DeadLetterLine:
    """A delivery that is held because it failed.

    Attributes:
        kinds: of the documents that it was to bring and the peer does not have, each with how many.
        since: when its last attempt ended, or, where none was made, when the version was answered.
        last_status: what the peer answered last for one of them; empty where it answered nothing.
    """

    delivery: Delivery
    kinds: Mapping[DocumentKind, int]
    since: datetime | None
    last_status: str


@dataclass(frozen=True, slots=True)
class DiscardedDelivery:
    """A delivery that a person gave up. The words are a person's: show them to people alone."""

    study_instance_uid: str
    version: int
    destination: str
    discarded_at: datetime
    reason: str
    by: str


class DeadLetterLedger(Protocol):
    """The part of the ledger that speaks of dead letters. Every method raises LedgerError where the store fails."""

    def letters(self, *, limit: int = 100) -> Sequence[DeadLetterLine]:
        """Return what is held because it failed, the longest held first."""
        ...

    def given_up(self, *, limit: int = 100) -> Sequence[DiscardedDelivery]:
        """Return what persons gave up, the latest first."""
        ...


class DeadLetterDesk(DeadLetterLedger, Protocol):
    """What a person does about dead letters."""

    def replay(self, study_instance_uid: str | None, destination: str | None) -> int:
        """Send again what failed, of one study or all, to one destination or all; return how many."""
        ...

    def discard(self, study_instance_uid: str, destination: str | None, reason: str, by: str = "") -> int:
        """Give up what failed of a study; return how many; raises ValueError where the words cannot be kept."""
        ...


@dataclass(frozen=True, slots=True)
class SenderContact:
    """When the last image came of a study that an AE title sends, and of how many studies, since a time."""

    calling_ae_title: str
    last_at: datetime
    studies: int


@dataclass(frozen=True, slots=True)
class DestinationContact:
    """How a destination has answered lately.

    Attributes:
        last_delivered_at: when it last took what it was sent; None where it never has, or that was long ago.
        last_attempt_at, last_explanation: of the last attempt, and what was said of it.
        breaker: None where it never failed.
        deliveries: how many wait and how many are held.
    """

    name: str
    last_delivered_at: datetime | None = None
    last_attempt_at: datetime | None = None
    last_explanation: str = ""
    breaker: Breaker | None = None
    deliveries: Mapping[DeliveryState, int] | None = None

    @property
    def state(self) -> BreakerState:
        """Of its breaker."""
        return BreakerState.CLOSED if self.breaker is None else self.breaker.state


class ContactLedger(Protocol):
    """The part of the ledger that knows who was heard of when. Every method raises LedgerError."""

    def senders(self, since: datetime) -> Sequence[SenderContact]:
        """Return whose studies images came of since a time, by AE title; it lags by what is not noted yet."""
        ...

    def destinations(self, since: datetime) -> Mapping[str, DestinationContact]:
        """Return how each destination of the configuration has answered since a time, and what waits for it now."""
        ...
