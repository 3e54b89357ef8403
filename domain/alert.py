"""Alerts: what a person is told at once, once, again after a while, and when it is over.

A cause is a state that somebody has to end. It is raised when it is first seen, reminded of while it lasts, and cleared
when it has been gone for a while: what comes and goes within that time is one alert.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class AlertKind(StrEnum):
    """What can be wrong; the value is the stable name in configurations and messages."""

    DEAD_LETTER = "dead-letter"
    STUDY_HELD = "study-held"
    STUDY_OVERDUE = "study-overdue"
    PEER_DOWN = "peer-down"
    DISK = "disk"
    CERTIFICATE = "certificate"
    READERS = "readers"
    DRIFT = "drift"


class AlertEvent(StrEnum):
    """Why a message is sent."""

    RAISED = "raised"
    REMINDER = "reminder"
    CLEARED = "cleared"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that somebody has to see to.

    Attributes:
        subject: what it concerns: a destination, a key of the configuration, a stage; with `kind` it tells the cause
            from any other. Never a study or a patient.
        happened: sentences for a person, free of patient data; may change while the cause lasts.
    """

    kind: AlertKind
    subject: str
    happened: str

    @property
    def key(self) -> tuple[AlertKind, str]:
        """What makes two causes one."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Alert:
    """A cause that was told and is not over; `seen_at`: last, `told_at`: raised or reminded of last."""

    number: int
    cause: Cause
    raised_at: datetime
    seen_at: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """How patient alerts are: again after `remind_after`, over when gone for `settle`."""

    remind_after: timedelta
    settle: timedelta


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be told: `alert` is None where the cause is new."""

    event: AlertEvent
    cause: Cause
    alert: Alert | None = None


def judge(open_alerts: Sequence[Alert], causes: Sequence[Cause], now: datetime, terms: Terms) -> Iterator[Change]:
    """Give what is to be told, when these causes are there now."""
    present = {cause.key: cause for cause in causes}
    known = {alert.cause.key: alert for alert in open_alerts}
    for key, cause in present.items():
        if key not in known:
            yield Change(AlertEvent.RAISED, cause)
        elif now - known[key].told_at >= terms.remind_after:
            yield Change(AlertEvent.REMINDER, cause, known[key])
    for key, alert in known.items():
        if key not in present and now - alert.seen_at >= terms.settle:
            yield Change(AlertEvent.CLEARED, alert.cause, alert)
