"""Warming up beside the pages: a little at a time, so that whoever comes meanwhile hardly notices."""

import logging
from collections.abc import Callable, Iterable
from threading import Event, Thread
from typing import Final

from domain.errors import OsteonodeError

#: Whoever is there at once is served first, and so is the first image.
_AFTER_SECONDS: Final = 0.5
#: Between two pieces of work, which take about as long.
_PAUSE_SECONDS: Final = 0.02
_log = logging.getLogger(__name__)


class Warming:
    """Does each piece of work once after `start`, in a thread of its own; `stop` waits for the one under way.

    A piece that fails is left to the first visitor, who is told what is the matter.
    """

    def __init__(
        self,
        works: Iterable[Callable[[], object]],
        *,
        after_seconds: float = _AFTER_SECONDS,
        pause_seconds: float = _PAUSE_SECONDS,
    ) -> None:
        self._works, self._after_seconds, self._pause_seconds = works, after_seconds, pause_seconds
        self._stop = Event()
        self._thread = Thread(target=self._run, name="console-warming", daemon=True)

    def start(self) -> None:
        """Begin; nothing where it has begun."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """Do no more; nothing where it has not begun."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        wait_seconds = self._after_seconds
        for work in self._works:
            if self._stop.wait(wait_seconds):
                return
            wait_seconds = self._pause_seconds
            try:
                work()
            except OsteonodeError as error:
                _log.info("not warmed up: %s", error)
            except Exception:
                _log.exception("a fault while warming up")
