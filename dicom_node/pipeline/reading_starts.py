"""How many readings are started ahead: so many that no reader waits, and few while thousands of images come in."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

#: After so long without a reading that begins, those that were started are taken for gone: done before, or set aside.
_FORGET_SECONDS: Final = 5.0


class ReadingStarts:
    """Starts as many readings as have begun, and some ahead of them.

    Args:
        start: starts to read at most so many of the images that arrived first, and returns how many.
        ahead: how many may be started and not have begun.
    """

    def __init__(self, start: Callable[[int], int], ahead: int, now: Callable[[], float] = time.monotonic) -> None:
        self._start, self._ahead, self._now = start, ahead, now
        self._lock = Lock()
        self._waiting = 0
        self._begun_at = now()

    def note_begun(self) -> None:
        """Say that a reading begins."""
        with self._lock:
            self._waiting -= 1
            self._begun_at = self._now()

    def look(self) -> int:
        """Start what there is room for; return how many."""
        with self._lock:
            if self._now() - self._begun_at > _FORGET_SECONDS:
                self._waiting, self._begun_at = 0, self._now()
            room = min(self._ahead, self._ahead - self._waiting)
        started = self._start(room) if room > 0 else 0
        with self._lock:
            self._waiting += started
        return started
