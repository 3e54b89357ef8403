"""The audit trail goes to its repository: in order, as fast as the repository takes it, and never in anybody's way."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from dicom_node.audit_ports import AuditOutbox, AuditTrail
from domain.audit import AuditEvent, EventOutcome, EventType, Participant
from domain.audit_templates import security_alert
from domain.errors import ConfigError, PeerUnreachable

_AT_ONCE: Final = 50
_log = logging.getLogger(__name__)


class AuditSending:
    """Sends what waits; the trail is the queue, so that a repository may be down for days.

    Args:
        send: sends events, all or none; raises PeerUnreachable or ConfigError.
        retry_seconds: so long the repository is left alone after a failure.
        most_waiting: when more than this many wait, the oldest are not sent any more, and the trail says so.
        reporter: this process, as the trail names it.
    """

    def __init__(
        self,
        outbox: AuditOutbox,
        trail: AuditTrail,
        send: Callable[[Sequence[AuditEvent]], None],
        *,
        most_waiting: int,
        retry_seconds: float,
        reporter: Participant,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outbox, self._trail, self._send = outbox, trail, send
        self._most_waiting, self._retry_seconds, self._reporter = most_waiting, retry_seconds, reporter
        self._monotonic = monotonic
        self._is_up = True
        self._again_at = 0.0

    def finish(self) -> None:
        """Send the last records of a node that stops, where the repository is there; else the next start does."""
        if self._is_up:
            self.look()

    def look(self) -> bool:
        """Send what waits, and return whether the repository took it all. To be called every second or so."""
        self._drop_the_oldest()
        if not self._is_up and self._monotonic() < self._again_at:
            return False
        try:
            while batch := self._outbox.next(_AT_ONCE):
                self._send([event for _number, event in batch])
                self._outbox.settle(batch[-1][0])
        except (PeerUnreachable, ConfigError) as error:
            self._note_down(error)
            return False
        if not self._is_up:
            _log.info("the audit repository answers again: what waited was sent")
        self._is_up = True
        return True

    def _drop_the_oldest(self) -> None:
        excess = self._outbox.waiting() - self._most_waiting
        if excess <= 0:
            return
        # More than needed, so that the alert about it is one for many.
        count = excess + self._most_waiting // 10
        self._outbox.skip(count)
        alert = f"{count} audit records are not sent to the repository: too many waited (audit.most_waiting)"
        _log.error("%s; they stay in the ledger", alert)
        kind = EventType.AUDIT_RECORDING_STOPPED
        self._trail.record(security_alert(kind, self._reporter, alert, outcome=EventOutcome.SERIOUS_FAILURE))

    def _note_down(self, error: Exception) -> None:
        if self._is_up:
            _log.warning("%s; %d audit records wait in the ledger", error, self._outbox.waiting())
        self._is_up = False
        self._again_at = self._monotonic() + self._retry_seconds
