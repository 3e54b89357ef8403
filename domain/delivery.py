"""A document set on its way to one destination."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

#: Ends the name of a delivery that brings what was made after the answer; no destination has a colon in its name.
_LATER: Final = ":lime"


#: Ends the name of a delivery that tells a destination to reject what it has of superseded versions.
_REJECTION: Final = ":rejection"
#: Begins the status of a document that did not travel: another one went in its place, or nothing was sent.
NOT_SENT: Final = "not sent"


def rejection(destination: str) -> str:
    """Return what the delivery of a rejection note to a destination is called: `pacs:rejection`."""
    return f"{destination}{_REJECTION}"


def later(destination: str) -> str:
    """Return what the delivery of later documents to a destination is called: `pacs:lime`."""
    return f"{destination}{_LATER}"


class DeliveryState(StrEnum):
    """Where a delivery is. HELD waits for a person; DISCARDED is what a person gave up, with a reason."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    HELD = "held"
    DISCARDED = "discarded"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows by itself, and nobody is waited for."""
        return self in (DeliveryState.DELIVERED, DeliveryState.DISCARDED)


class Outcome(StrEnum):
    """How one attempt ended: DELIVERED, worth a RETRY, or REFUSED for good."""

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a destination answered for one document: status as a person reads it (`0x0000 Success`, `AA`)."""

    identifier: str
    outcome: Outcome
    status: str

    @property
    def was_sent(self) -> bool:
        """Whether the document itself travelled, and not another one in its place."""
        return not self.status.startswith(NOT_SENT)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at one destination. Success is claimed only for documents whose receipt says so.

    Attributes:
        explanation: for a person: what happened, and what to change and on which side; no patient data.
        left_alone_seconds: how long the peer asked to be left alone, 0 where it did not.
    """

    receipts: tuple[Receipt, ...]
    explanation: str = ""
    left_alone_seconds: float = 0.0

    @property
    def outcome(self) -> Outcome:
        """DELIVERED when every document was; RETRY while one is worth it; else REFUSED."""
        outcomes = {receipt.outcome for receipt in self.receipts}
        if outcomes == {Outcome.DELIVERED}:
            return Outcome.DELIVERED
        return Outcome.RETRY if Outcome.RETRY in outcomes or not outcomes else Outcome.REFUSED


@dataclass(frozen=True, slots=True)
class Delivery:
    """One version of one study's answer on its way to one destination.

    Attributes:
        destination: its name; with `later` or `rejection` for what follows the answer, which has its own attempts and
            its own end.
        attempts: made since the delivery started, or since a person last asked for it.
        turn: counts every planned attempt for ever; an attempt that was planned before the present turn is void.
        receipts: the last word of the destination on each document it was offered.
    """

    study_instance_uid: str
    version: int
    destination: str
    state: DeliveryState
    attempts: int = 0
    turn: int = 0
    next_attempt_at: datetime | None = None
    explanation: str = ""
    receipts: tuple[Receipt, ...] = ()

    @property
    def is_later(self) -> bool:
        """Whether it brings documents that were made after the answer."""
        return self.destination.endswith(_LATER)

    @property
    def is_rejection(self) -> bool:
        """Whether it brings a rejection note."""
        return self.destination.endswith(_REJECTION)

    @property
    def is_answer(self) -> bool:
        """Whether it brings the answer itself."""
        return not (self.is_later or self.is_rejection)

    @property
    def peer(self) -> str:
        """The name of the destination, as the configuration has it."""
        return self.destination.partition(":")[0]
