"""The loop that closes studies. It remembers nothing: after a crash the ledger says what is due."""

import logging
import threading
from datetime import datetime
from typing import Final

from config.settings import Completion
from dicom_node.pipeline.completion import due
from dicom_node.ports import Clock, StudyLedger

INTERVAL_SECONDS: Final = 0.1
_log = logging.getLogger(__name__)


def close_due_studies(ledger: StudyLedger, settings: Completion, now: datetime) -> int:
    """Close every study that is due; return how many."""
    closed = 0
    for study in ledger.open_studies():
        rule = due(study, now, settings)
        if rule is not None and ledger.close_study(study, rule):
            closed += 1
            _log.info("study %s version %d is complete: %s", study.study_instance_uid, study.version, rule)
    return closed


class ClosingLoop:
    """Closes due studies in a thread of its own, between `start` and `stop`."""

    def __init__(self, ledger: StudyLedger, settings: Completion, clock: Clock) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="closing", daemon=True)

    def start(self) -> None:
        """Start."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the pass under way is over."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL_SECONDS):
            try:
                close_due_studies(self._ledger, self._settings, self._clock.now())
            except Exception:
                _log.exception("closing studies failed; trying again")
                self._stop.wait(INTERVAL_SECONDS * 10)
