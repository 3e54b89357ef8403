"""A thread that does the same again and again, and outlives whatever goes wrong in it."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

#: After an error the next pass waits this many times longer.
_CALM_AFTER_ERROR: Final = 10
_log = logging.getLogger(__name__)


class Repeating:
    """Calls `work` again and again between `start` and `stop`; `work` keeps nothing in memory that matters.

    Args:
        interval_seconds: between two calls.
        rests: at least so many times as long as the last two calls kept a processor busy, the shorter of them, pass
            before the next: who has a lot to look at looks less often. One call alone says little: the first loads.
    """

    def __init__(self, name: str, interval_seconds: float, work: Callable[[], object], *, rests: float = 0.0) -> None:
        self.name = name
        self._interval_seconds = interval_seconds
        self._work = work
        self._rests = rests
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start; the first call comes after one interval."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the call under way is over."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        wait_seconds, spent_before = self._interval_seconds, 0.0
        while not self._stop.wait(wait_seconds):
            began = time.thread_time()
            calm = 1
            try:
                self._work()
            except Exception:
                _log.exception("%s failed; trying again", self.name)
                calm = _CALM_AFTER_ERROR
            spent = time.thread_time() - began
            wait_seconds = max(self._interval_seconds * calm, min(spent, spent_before) * self._rests)
            spent_before = spent
