"""Alerts, put together: one loop that looks, and one for each channel that sends, so that none waits for another."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import Engine

from config.settings import AlertChannel, Settings
from dicom_node.alert_ports import AlertBook
from dicom_node.alert_ports import AlertChannel as Channel
from dicom_node.ledger.alert_book import LedgerAlerts
from dicom_node.ledger.measurements import Measurements
from dicom_node.monitoring.alerts.causes import READER_WINDOW, CertificateEnd, Observed, find_causes
from dicom_node.monitoring.alerts.sending import INTERVAL_SECONDS, send_due
from dicom_node.monitoring.alerts.wording import write_text
from dicom_node.monitoring.secrets import require_channels
from dicom_node.monitoring_ports import MeasuredLedger
from dicom_node.ports import Clock
from dicom_node.repeating import Repeating
from dicom_node.tls.inventory import list_certificates
from dicom_node.tls.revocation import RevocationList
from dicom_node.watching.conditions import free_bytes
from dicom_node.watching.watch import CauseSource
from domain.alert import Terms
from domain.errors import ConfigError

LOOK_SECONDS: Final = 30.0
_MIB: Final = 1 << 20


def start_alerts(
    settings: Settings,
    engine: Engine,
    clock: Clock,
    stops: ExitStack,
    sources: Sequence[CauseSource] = (),
    *,
    look_seconds: float = LOOK_SECONDS,
    send_seconds: float = INTERVAL_SECONDS,
) -> None:
    """Look for causes and send what they change until `stops` is closed.

    Raises:
        ConfigError: a secret of a channel cannot be read.
    """
    require_channels(settings)
    book = LedgerAlerts(engine, clock, write_text)
    look = Looking(settings, book, Measurements(engine), clock, sources)
    loops = [Repeating("alerts", look_seconds, look.look)]
    for channel in open_channels(settings, clock):
        loops.append(Repeating(f"alerts-{channel.name}", send_seconds, partial(send_due, book, channel, clock)))
    for loop in loops:
        loop.start()
        stops.callback(loop.stop)


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks at the node for what somebody has to see to; everything that it remembers is in the book."""

    settings: Settings
    book: AlertBook
    ledger: MeasuredLedger
    clock: Clock
    sources: Sequence[CauseSource] = ()

    def look(self) -> int:
        """Note every cause that is there now; return how many messages there are to send because of it."""
        alerts = self.settings.alerts
        causes = find_causes(self._observe(), alerts)
        causes += (cause for find in self.sources for cause in find())
        terms = Terms(timedelta(seconds=alerts.remind_seconds), timedelta(seconds=alerts.settle_seconds))
        return self.book.note(causes, terms, {each.name: each.causes for each in self.settings.alert_channel})

    def _observe(self) -> Observed:
        now = self.clock.now()
        return Observed(
            now=now,
            standing=self.ledger.standing(),
            readings=self.ledger.readings(now - READER_WINDOW),
            free_bytes=free_bytes(self.settings),
            refusing_bytes=self.settings.limits.free_disk_mib * _MIB,
            certificates=self._find_certificates(),
        )

    def _find_certificates(self) -> list[CertificateEnd]:
        """Return the first end of each file; nothing while one cannot be read, which the daily look tells.

        Revocation lists last some days: one is told of when it is near its end for what it is.
        """
        try:
            listed = list_certificates(self.settings)
        except ConfigError:
            return []
        ends: dict[str, int] = {}
        now = self.clock.now()
        for each in listed:
            if isinstance(each.certificate, RevocationList) and each.certificate.verdict(now) == "good":
                continue
            days = each.certificate.days_left(now)
            ends[each.key] = min(days, ends.get(each.key, days))
        return [CertificateEnd(key, days) for key, days in ends.items()]


def open_channels(settings: Settings, clock: Clock) -> list[Channel]:
    """Return what carries the alerts; nothing is called yet."""
    return [_open(each, settings.node.ae_title, clock) for each in settings.alert_channel]


def _open(channel: AlertChannel, node: str, clock: Clock) -> Channel:
    if channel.kind == "email":
        from dicom_node.monitoring.alerts.mail import MailChannel

        return MailChannel(channel, node)
    from dicom_node.monitoring.alerts.webhook import WebhookChannel

    return WebhookChannel(channel, node, clock)
