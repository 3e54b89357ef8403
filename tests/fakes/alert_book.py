"""The fake of alert_ports.AlertBook: alerts and messages in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dicom_node.alert_ports import AlertMessage
from domain.alert import Alert, AlertEvent, AlertKind, Cause, Change, Terms, judge
from tests.fakes.alert_messages import write_plainly
from tests.fakes.clock import FakeClock


class FakeAlertBook:
    """Implements AlertBook."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._alerts: dict[int, Alert] = {}
        self._made = 0
        self._waiting: list[tuple[str, datetime, AlertMessage]] = []

    def open_alerts(self) -> Sequence[Alert]:
        return list(self._alerts.values())

    def note(self, causes: Sequence[Cause], terms: Terms, channels: Mapping[str, Sequence[AlertKind]]) -> int:
        now, before = self._clock.now(), len(self._waiting)
        changes = list(judge(self.open_alerts(), causes, now, terms))
        present = {cause.key: cause for cause in causes}
        for each in self.open_alerts():
            if (cause := present.get(each.cause.key)) is not None:
                self._alerts[each.number] = replace(each, cause=cause, seen_at=now)
        for change in changes:
            self._tell(change, channels, now)
        return len(self._waiting) - before

    def due(self, channel: str) -> Sequence[AlertMessage]:
        now = self._clock.now()
        return [message for name, next_at, message in self._waiting if name == channel and next_at <= now]

    def waiting(self) -> Mapping[str, int]:
        names = [name for name, _next_at, _message in self._waiting]
        return {name: names.count(name) for name in names}

    def settle(self, message: AlertMessage, explanation: str = "") -> None:
        self._waiting = [each for each in self._waiting if each[2].number != message.number]

    def postpone(self, message: AlertMessage, wait_seconds: float, explanation: str) -> None:
        next_at, again = self._clock.now() + timedelta(seconds=wait_seconds), message.attempts + 1
        self._waiting = [
            (name, next_at, replace(each, attempts=again)) if each.number == message.number else (name, at, each)
            for name, at, each in self._waiting
        ]

    def _tell(self, change: Change, channels: Mapping[str, Sequence[AlertKind]], now: datetime) -> None:
        alert = change.alert or Alert(len(self._alerts) + self._made + 1, change.cause, now, now, now)
        if change.event is AlertEvent.CLEARED:
            del self._alerts[alert.number]
        else:
            self._alerts[alert.number] = replace(alert, cause=change.cause, seen_at=now, told_at=now)
        text = write_plainly(change.event, change.cause, alert.raised_at)
        for name, kinds in channels.items():
            if not kinds or change.cause.kind in kinds:
                self._made += 1
                cause = change.cause
                message = AlertMessage(
                    *(self._made, alert.number, change.event, cause.kind, cause.subject, alert.raised_at, now, text)
                )
                self._waiting.append((name, now, message))
