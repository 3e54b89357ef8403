"""Refused associations and connections, for the audit trail: what receiving logs as refused is a security alert.

Hundreds of refusals a second must not become hundreds of commits: those of one caller for one reason are one record a
minute, which says how many, and a short queue drops the rest and counts it.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Final, NamedTuple

from dicom_node.audit_ports import AuditTrail
from dicom_node.receive import events
from domain.audit import EventType, Participant
from domain.audit_templates import security_alert
from domain.errors import LedgerError

#: Events of receiving that are an alert; the Standard's type for all of them is Node Authentication.
ALERTS: Final = frozenset({events.ASSOCIATION_REFUSED, events.TLS_FAILED, events.NOT_UNDERSTOOD})
WINDOW_SECONDS: Final = 60.0
_MOST_WAITING: Final = 1000
_LOGGER: Final = "osteonode.receive"


class _Refusal(NamedTuple):
    """Who was refused, and why: those that are alike are one record."""

    event: str
    address: str
    calling_ae_title: str
    explanation: str


@dataclass(slots=True)
class _Window:
    ends_at: float
    more: int = 0


class SecurityAlerts(logging.Handler):
    """Listens to the events of receiving between `start` and `stop`, and records alerts from a thread of its own.

    Args:
        reporter: this process, as the trail names it.
        monotonic: seconds that only go on.
    """

    def __init__(
        self, trail: AuditTrail, reporter: Participant, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(logging.WARNING)
        self._trail, self._reporter, self._monotonic = trail, reporter, monotonic
        self._waiting: Queue[_Refusal | None] = Queue(_MOST_WAITING)
        self._windows: dict[_Refusal, _Window] = {}
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="security-alerts", daemon=True)

    def start(self) -> None:
        """Listen."""
        logger = logging.getLogger(_LOGGER)
        logger.addHandler(self)
        if not logger.isEnabledFor(logging.WARNING):  # whoever logs less decides about the log, not about the trail
            logger.setLevel(logging.WARNING)
        self._thread.start()

    def stop(self) -> None:
        """Record what was heard, and listen no more."""
        logging.getLogger(_LOGGER).removeHandler(self)
        self._waiting.put(None)
        self._thread.join()
        self.record_windows(at_end=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Take an event that is an alert; called where it is logged, so it does next to nothing."""
        fields = vars(record)
        if fields.get("event") not in ALERTS:
            return
        # As event_line.py logs: the event, its sentence, and its fields as text.
        sentence = record.args[1] if isinstance(record.args, tuple) else record.getMessage()
        said = (fields["event"], fields.get("address", ""), fields.get("calling_ae_title", ""), sentence)
        try:
            self._waiting.put_nowait(_Refusal(*map(_plain, said)))
        except Full:
            self._dropped += 1

    def hear(self, refusal: _Refusal) -> None:
        """Record a refusal, or count it where the same one was recorded within the minute."""
        window = self._windows.get(refusal)
        if window is not None:
            window.more += 1
            return
        self._windows[refusal] = _Window(self._monotonic() + WINDOW_SECONDS)
        self._record(refusal, refusal.explanation)

    def record_windows(self, *, at_end: bool = False) -> None:
        """Record how often what was recorded came again, where its minute is over."""
        now = self._monotonic()
        for refusal, window in list(self._windows.items()):
            if at_end or window.ends_at <= now:
                del self._windows[refusal]
                if window.more:
                    self._record(refusal, f"{window.more} more within a minute: {refusal.explanation}")
        dropped, self._dropped = self._dropped, 0
        if dropped:
            self._record(_Refusal("", "", "", ""), f"{dropped} refused connections are not recorded one by one")

    def _run(self) -> None:
        while True:
            try:
                refusal = self._waiting.get(timeout=WINDOW_SECONDS / 4)
            except Empty:
                self.record_windows()
                continue
            if refusal is None:
                return
            self.hear(refusal)
            self.record_windows()

    def _record(self, refusal: _Refusal, alert: str) -> None:
        caller = refusal.calling_ae_title or refusal.address
        titles = (refusal.calling_ae_title,) if refusal.calling_ae_title else ()
        others = (Participant(caller, titles, is_requestor=True, address=refusal.address),) if caller else ()
        kind = EventType.NODE_AUTHENTICATION
        try:
            self._trail.record(security_alert(kind, self._reporter, alert, others=others, subject=caller))
        except LedgerError:  # nothing is worse for it, and the refusal stands in the log
            self._dropped += 1


def _plain(text: object) -> str:
    """Return what a stranger sent as text that every store and message can hold."""
    return str(text).encode("ascii", "backslashreplace").decode()
