"""Alerts and messages for tests, and who is told."""

from datetime import UTC, datetime

from dicom_node.alert_ports import AlertMessage, AlertText
from domain.alert import AlertEvent, AlertKind, Cause
from domain.errors import DeliveryError

RAISED_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TEXT = AlertText("pacs does not answer", "It is left alone.", "Check that it runs.")


def make_message(number: int = 7, event: AlertEvent = AlertEvent.RAISED) -> AlertMessage:
    """Return a message of one alert."""
    return AlertMessage(number, 3, event, AlertKind.PEER_DOWN, "pacs", RAISED_AT, RAISED_AT, TEXT)


def write_plainly(event: AlertEvent, cause: Cause, raised_at: datetime) -> AlertText:
    """Word a message so that a test knows it again."""
    return AlertText(f"{event} {cause.kind} {cause.subject}", cause.happened, "")


class FakeChannel:
    """Implements alert_ports.AlertChannel: remembers what it took; `failure` is what it raises."""

    def __init__(self, name: str = "mail") -> None:
        self.name = name
        self.failure: DeliveryError | None = None
        self.taken: list[AlertMessage] = []

    def send(self, message: AlertMessage) -> str:
        if self.failure is not None:
            raise self.failure
        self.taken.append(message)
        return "a test"

    @property
    def titles(self) -> list[str]:
        return [each.text.title for each in self.taken]
