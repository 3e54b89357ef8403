"""What alerts are kept in, and whom they go to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.alert import Alert, AlertEvent, AlertKind, Cause, Terms


@dataclass(frozen=True, slots=True)
class AlertText:
    """What a message says: a line, what happened, what to do. No patient data."""

    title: str
    happened: str
    to_do: str


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """One message to one channel; `number` and `alert` stay the same however often it is sent."""

    number: int
    alert: int
    event: AlertEvent
    kind: AlertKind
    subject: str
    raised_at: datetime
    created_at: datetime
    text: AlertText
    attempts: int = 0


class TextWriter(Protocol):
    """Words a message."""

    def __call__(self, event: AlertEvent, cause: Cause, raised_at: datetime) -> AlertText:
        """Return the words."""
        ...


class AlertBook(Protocol):
    """What is open, and what is still to be sent. Every method raises LedgerFull or LedgerError."""

    def open_alerts(self) -> Sequence[Alert]:
        """Return the alerts that are not over, the oldest first."""
        ...

    def note(self, causes: Sequence[Cause], terms: Terms, channels: Mapping[str, Sequence[AlertKind]]) -> int:
        """Note which causes are there now, and keep a message to each channel for what that changes.

        Args:
            channels: the kinds that each channel is told of; none: all.

        Returns:
            how many messages there are to send because of it.
        """
        ...

    def due(self, channel: str) -> Sequence[AlertMessage]:
        """Return the messages to a channel whose time has come, in the order in which they were made."""
        ...

    def waiting(self) -> Mapping[str, int]:
        """Return how many messages wait, by channel."""
        ...

    def settle(self, message: AlertMessage, explanation: str = "") -> None:
        """Keep that a message is not to be sent any more: it was, or `explanation` says why it is given up."""
        ...

    def postpone(self, message: AlertMessage, wait_seconds: float, explanation: str) -> None:
        """Keep that a message could not be sent, and when to try again."""
        ...


class AlertChannel(Protocol):
    """Somebody who is told. Blocking; a message that is sent twice has the same number."""

    name: str

    def send(self, message: AlertMessage) -> str:
        """Hand a message over; return in words to whom.

        Raises:
            DeliveryError: it was not taken; the words say what to change.
        """
        ...
