"""What takes too long for a page: it is looked at beside the pages, when somebody asks, and no page waits for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Generic, TypeVar

from dicom_node.ports import Clock
from domain.errors import OsteonodeError

Found = TypeVar("Found")


class BackgroundLook(Generic[Found]):
    """Remembers what a look found; one that is too old is still shown while the next is under way. Safe for threads.

    Args:
        look: blocking, some tenths of a second or more.
        kept: how old what is shown may be before somebody who asks has it looked at again.
        start: starts a piece of work beside the caller.
    """

    def __init__(
        self,
        look: Callable[[], Found],
        clock: Clock,
        kept: timedelta,
        start: "Callable[[Callable[[], None]], None] | None" = None,
    ) -> None:
        self._look, self._clock, self._kept, self._start = look, clock, kept, start or _start_thread
        self._lock = Lock()
        self._looks = False
        self._found: tuple[datetime, Found] | None = None
        self._error: OsteonodeError | None = None

    def latest(self) -> Found | None:
        """Return what was found last, None while the first look is under way.

        Raises:
            OsteonodeError: the look that was asked for last failed; the next who asks has it tried again.
        """
        with self._lock:
            error, self._error = self._error, None
            if error is not None:
                raise error
            begins = not self._looks and not self._is_fresh()
            self._looks = self._looks or begins
        if begins:
            self._start(self._work)
        with self._lock:
            return self._found[1] if self._found is not None else None

    def _is_fresh(self) -> bool:
        return self._found is not None and timedelta() <= self._clock.now() - self._found[0] < self._kept

    def _work(self) -> None:
        began, found = self._clock.now(), None
        error: OsteonodeError | None = None
        try:
            found = began, self._look()
        except OsteonodeError as failure:
            error = failure
        finally:
            with self._lock:
                self._looks, self._error, self._found = False, error, found or self._found


def _start_thread(work: Callable[[], None]) -> None:
    Thread(target=work, name="background-look", daemon=True).start()
