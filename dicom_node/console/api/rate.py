"""How often somebody may call: a bucket for each, which fills at a steady rate (token bucket)."""

import math
import time
from collections.abc import Callable
from threading import Lock
from typing import Final

#: Callers that are remembered; the one that was away longest is forgotten.
_MOST_CALLERS: Final = 1000


class CallRate:
    """Admits calls.

    Args:
        per_minute: calls of one caller in a minute, for ever.
        at_once: calls that one caller may make one right after the other.
        now: seconds of a clock that is never set.
    """

    def __init__(self, per_minute: int, at_once: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._at_once, self._now = per_minute / 60, at_once, now
        self._buckets: dict[str, tuple[float, float]] = {}
        self._changing = Lock()

    def wait_seconds(self, caller: str, cost: int = 1) -> int:
        """Count a call; return 0 where it may be made, else after how many seconds it may."""
        with self._changing:
            level, at = self._buckets.pop(caller, (float(self._at_once), self._now()))
            level = min(float(self._at_once), level + (self._now() - at) * self._per_second)
            admitted = level >= cost
            self._buckets[caller] = (level - cost if admitted else level, self._now())
            if len(self._buckets) > _MOST_CALLERS:
                del self._buckets[next(iter(self._buckets))]
        return 0 if admitted else max(1, math.ceil((cost - level) / self._per_second))
