"""Looks at what is compared now and then, and remembers it: thousands of images do not change sooner."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar

from dicom_node.ports import Clock

KEPT: Final = timedelta(minutes=10)
Found = TypeVar("Found")


class RememberedLook(Generic[Found]):
    """What a look found, for ten minutes."""

    def __init__(self, clock: Clock, look: Callable[[], Found]) -> None:
        self._clock, self._look, self._lock = clock, look, Lock()
        self._known: tuple[datetime, Found] | None = None

    def found(self) -> Found:
        """Return what was found lately; raises what looking raises."""
        with self._lock:  # two who ask at once need one look
            now = self._clock.now()
            if self._known is None or not timedelta() <= now - self._known[0] < KEPT:
                self._known = now, self._look()
            return self._known[1]
