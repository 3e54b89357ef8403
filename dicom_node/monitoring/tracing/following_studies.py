"""Sending the spans of what came to an end, again until the collector takes them or there are too many."""

import logging
from collections import deque
from datetime import datetime
from typing import Final, Protocol

from dicom_node.monitoring.following import Following
from dicom_node.monitoring.tracing.spans import Span, span_of_attempt, span_of_commitment, spans_of_answer
from dicom_node.monitoring_ports import MeasuredLedger

INTERVAL_SECONDS: Final = 15.0
#: Spans that wait for a collector; the oldest go first where there are more.
MOST_WAITING: Final = 5000
_AT_ONCE: Final = 500
_log = logging.getLogger(__name__)


class Collector(Protocol):
    """Takes spans; blocking, and safe to give the same span twice."""

    def take(self, spans: list[Span]) -> bool:
        """Return whether it took them."""
        ...


class FollowingStudies:
    """Makes spans of what ended in the ledger at `since` or later, and sends them.

    Attributes:
        is_taken: whether the collector took what it was given last.
    """

    def __init__(self, ledger: MeasuredLedger, collector: Collector, since: datetime) -> None:
        self._ledger, self._collector = ledger, collector
        self._answers = Following(ledger.answers, since)
        self._attempts = Following(ledger.attempts, since)
        self._commitments = Following(ledger.commitments, since)
        self._waiting: deque[Span] = deque(maxlen=MOST_WAITING)
        self.is_taken = True

    def send(self) -> int:
        """Send what came to an end since the last time; return how many spans were taken.

        Raises:
            LedgerError: the ledger cannot be read; nothing is lost.
        """
        for answer in self._answers.take():
            self._waiting.extend(spans_of_answer(answer, self._ledger.images(answer)))
        self._waiting.extend(map(span_of_attempt, self._attempts.take()))
        self._waiting.extend(map(span_of_commitment, self._commitments.take()))
        sent = 0
        while self._waiting and (taken := self._send_some()):
            sent += taken
        return sent

    def _send_some(self) -> int:
        some = [self._waiting[place] for place in range(min(_AT_ONCE, len(self._waiting)))]
        taken = self._collector.take(some)
        if taken != self.is_taken:
            words = "are sent again" if taken else "wait: the collector does not take them, see tracing.endpoint"
            _log.log(logging.INFO if taken else logging.WARNING, "traces %s", words)
            self.is_taken = taken
        for _ in some if taken else ():
            self._waiting.popleft()
        return len(some) if taken else 0
