"""Which images stay in the system's memory when they are on disk: those that a reader gets to soon.

While images come in faster than they are read, one that stays would lie there for minutes, and each new one takes
memory that nobody has used before. On a virtual machine whose unused memory the host takes back that costs 1.4 ms a
megabyte.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

#: Of one process that receives, of several; a reader takes ten or so a second. After a quiet time so many at once stay.
_IMAGES_PER_SECOND: Final = 8.0
_AT_ONCE: Final = 16.0


class ReadSoon:
    """Counts the images of one process against what is read meanwhile; safe for threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._room, self._looked_at = _AT_ONCE, now()

    def takes_one(self) -> bool:
        """Return whether the image that arrives now is read soon."""
        with self._lock:
            now = self._now()
            self._room = min(_AT_ONCE, self._room + (now - self._looked_at) * _IMAGES_PER_SECOND)
            self._looked_at = now
            if self._room < 1:
                return False
            self._room -= 1
            return True
