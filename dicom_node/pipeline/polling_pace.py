"""How often those look who wait for work: ten times a second while there is some, once a second when it is quiet.

A look at a queue takes some milliseconds, and a node looks at several, day and night. What wakes it is an image, whose
reading begins up to a second later: long before its study is complete.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final

from config.settings import Settings

BUSY_SECONDS, RESTING_SECONDS = 0.1, 1.0
LOOK_SECONDS: Final = 0.25
#: After a workflow: its study waits for further images, and is then to be answered without delay.
_LONGEST_QUIET_SECONDS: Final = 60.0
_AFTERWARDS_SECONDS: Final = 10.0
_LOOKS_OF_A_REST: Final = round(RESTING_SECONDS / BUSY_SECONDS)


class PollingPace:
    """Sets the pace when work begins, and when there was none for a while. Begins as after work.

    Args:
        set_seconds: tells whoever polls the queues how long to wait between two looks.
        busy_for_seconds: after a workflow began.
    """

    def __init__(
        self,
        set_seconds: Callable[[float], None],
        busy_for_seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._set_seconds, self._busy_for_seconds, self._now = set_seconds, busy_for_seconds, now
        self._worked_at = now()
        self._is_busy = True

    @property
    def is_busy(self) -> bool:
        """Whether those who wait look often."""
        return self._is_busy

    def note_work(self) -> None:
        """Say that a workflow begins."""
        self._worked_at = self._now()

    def look(self) -> None:
        """Change the pace where it is time to; to be called every LOOK_SECONDS."""
        is_busy = self._now() - self._worked_at < self._busy_for_seconds
        if is_busy != self._is_busy:
            self._set_seconds(BUSY_SECONDS if is_busy else RESTING_SECONDS)
            self._is_busy = is_busy

    def keep(self, work: Callable[[], object]) -> Callable[[], None]:
        """Return what does `work` at each call while there is work, and at one of ten calls otherwise."""
        calls = 0

        def kept() -> None:
            nonlocal calls
            calls += 1
            if self._is_busy or calls % _LOOKS_OF_A_REST == 0:
                work()

        return kept


def find_busy_seconds(settings: Settings) -> float:
    """Return how long a node looks often after a workflow: until the study of the image is answered, as a rule."""
    entities: Iterable[float | None] = (each.quiet_seconds for each in settings.application_entity)
    quiet = max(settings.completion.quiet_seconds, *(each or 0.0 for each in entities), 0.0)
    return min(quiet, _LONGEST_QUIET_SECONDS) + _AFTERWARDS_SECONDS
