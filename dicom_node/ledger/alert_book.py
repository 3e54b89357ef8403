"""Alerts and the messages that tell of them (alert_ports.AlertBook): both outlive the process that made them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update

from dicom_node.alert_ports import AlertMessage, AlertText, TextWriter
from dicom_node.ledger.alert_tables import alert as alerts
from dicom_node.ledger.alert_tables import alert_message as messages
from dicom_node.ledger.database import looking, writing
from dicom_node.ports import Clock
from domain.alert import Alert, AlertEvent, AlertKind, Cause, Change, Terms, judge

_AT_ONCE: Final = 20
#: What is over is kept so long, for those who look back.
_KEPT: Final = timedelta(days=90)


class LedgerAlerts:
    """Implements AlertBook.

    Args:
        write: words the messages.
    """

    def __init__(self, engine: Engine, clock: Clock, write: TextWriter) -> None:
        self._engine, self._clock, self._write = engine, clock, write

    def open_alerts(self) -> Sequence[Alert]:
        """Return the alerts that are not over, the oldest first."""
        with looking(self._engine) as connection:
            return _open(connection)

    def note(self, causes: Sequence[Cause], terms: Terms, channels: Mapping[str, Sequence[AlertKind]]) -> int:
        """Note which causes are there now; see the port."""
        now = self._clock.now()
        with looking(self._engine) as connection:
            if not causes and not _open(connection):
                return 0
        with writing(self._engine) as connection:
            standing = _open(connection)
            changes = tuple(judge(standing, causes, now, terms))
            _note_seen(connection, standing, {cause.key: cause for cause in causes}, now)
            _forget(connection, now - _KEPT)
            return sum(self._tell(connection, change, channels, now) for change in changes)

    def due(self, channel: str) -> Sequence[AlertMessage]:
        """Return the messages to a channel whose time has come, in the order in which they were made."""
        query = (
            select(messages, alerts.c.kind, alerts.c.subject, alerts.c.raised_at)
            .join(alerts, alerts.c.number == messages.c.alert)
            .where(messages.c.channel == channel, messages.c.next_at <= self._clock.now())
            .order_by(messages.c.number)
            .limit(_AT_ONCE)
        )
        with looking(self._engine) as connection:
            return [_message_from(row) for row in connection.execute(query).mappings()]

    def waiting(self) -> Mapping[str, int]:
        """Return how many messages wait, by channel."""
        query = select(messages.c.channel, func.count()).where(messages.c.next_at.is_not(None))
        with looking(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(messages.c.channel))}

    def settle(self, message: AlertMessage, explanation: str = "") -> None:
        """Keep that a message is not to be sent any more; see the port."""
        self._change(message, next_at=None, settled_at=self._clock.now(), explanation=explanation)

    def postpone(self, message: AlertMessage, wait_seconds: float, explanation: str) -> None:
        """Keep that a message could not be sent, and when to try again."""
        next_at = self._clock.now() + timedelta(seconds=wait_seconds)
        self._change(message, next_at=next_at, attempts=message.attempts + 1, explanation=explanation)

    def _change(self, message: AlertMessage, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(messages).where(messages.c.number == message.number).values(values))

    def _tell(
        self, connection: Connection, change: Change, channels: Mapping[str, Sequence[AlertKind]], now: datetime
    ) -> int:
        """Keep a change and a message of it to every channel that wants it; return how many."""
        number = _keep(connection, change, now)
        raised_at = change.alert.raised_at if change.alert is not None else now
        text = asdict(self._write(change.event, change.cause, raised_at))
        told = [name for name, kinds in channels.items() if not kinds or change.cause.kind in kinds]
        row = {"alert": number, "event": change.event, "text": text, "created_at": now, "attempts": 0}
        for name in told:
            values = row | {"channel": name, "next_at": now, "explanation": ""}
            connection.execute(insert(messages).values(values))
        return len(told)


def _open(connection: Connection) -> Sequence[Alert]:
    query = select(alerts).where(alerts.c.cleared_at.is_(None)).order_by(alerts.c.number)
    return [_alert_from(row) for row in connection.execute(query).mappings()]


def _note_seen(
    connection: Connection, standing: Iterable[Alert], present: Mapping[tuple[AlertKind, str], Cause], now: datetime
) -> None:
    for each in standing:
        if (cause := present.get(each.cause.key)) is not None:
            seen = {"seen_at": now, "happened": cause.happened}
            connection.execute(update(alerts).where(alerts.c.number == each.number).values(seen))


def _keep(connection: Connection, change: Change, now: datetime) -> int:
    """Keep a change of an alert; return its number."""
    cause = change.cause
    if change.alert is None:
        row = {"kind": cause.kind, "subject": cause.subject, "happened": cause.happened}
        made = connection.execute(insert(alerts).values(row | {"raised_at": now, "seen_at": now, "told_at": now}))
        return int(made.inserted_primary_key[0])  # type: ignore[index]
    values = {"cleared_at": now} if change.event is AlertEvent.CLEARED else {"told_at": now}
    connection.execute(update(alerts).where(alerts.c.number == change.alert.number).values(values))
    return change.alert.number


def _forget(connection: Connection, before: datetime) -> None:
    past = select(alerts.c.number).where(alerts.c.cleared_at < before)
    connection.execute(delete(messages).where(messages.c.alert.in_(past)))
    connection.execute(delete(alerts).where(alerts.c.cleared_at < before))


def _alert_from(row: RowMapping) -> Alert:
    cause = Cause(AlertKind(row["kind"]), row["subject"], row["happened"])
    return Alert(row["number"], cause, row["raised_at"], row["seen_at"], row["told_at"])


def _message_from(row: RowMapping) -> AlertMessage:
    return AlertMessage(
        number=row["number"],
        alert=row["alert"],
        event=AlertEvent(row["event"]),
        kind=AlertKind(row["kind"]),
        subject=row["subject"],
        raised_at=row["raised_at"],
        created_at=row["created_at"],
        text=AlertText(**row["text"]),
        attempts=row["attempts"],
    )
