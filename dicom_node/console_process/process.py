"""The console's process, seen from the node: started, replaced when it dies, ended.

Whatever people do at the console, images arrive and answers leave: nothing of it runs in the node's process.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import wait
from threading import Event, Lock, Thread
from typing import Final

from config.settings import Settings
from dicom_node.child_processes import start_copy
from dicom_node.console_process.entry import READY, STOP, Listening, serve
from domain.errors import OsteonodeError

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0
#: Between two looks whether it lives.
_LOOK_SECONDS: Final = 5.0
#: Before another try where it cannot listen: at first, and at most; each is twice the one before.
_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 2.0, 60.0
_log = logging.getLogger(__name__)


class ConsoleProcess:
    """Begins to load when it is made, serves the console between `start` and `stop`.

    Args:
        prepare: called first in the process; must be importable by name there.
    """

    def __init__(self, settings: Settings, prepare: Callable[[], None]) -> None:
        self._settings, self._prepare = settings, prepare
        self._listening: Listening | None = None
        self._stopping = Event()
        self._changing = Lock()
        self._pause_seconds = _PAUSE_SECONDS
        self._watch = Thread(target=self._replace_the_dead, name="console-watch", daemon=True)
        self._load()

    @property
    def url(self) -> str:
        """Where it is reached, empty before it listened for the first time."""
        return self._listening.url if self._listening else ""

    @property
    def pid(self) -> int | None:
        """Process identifier."""
        return self._process.pid

    def start(self) -> None:
        """Return when it listens, or cannot: then the log says why, and it is tried again and again.

        A console that does not come up is no reason to receive nothing.
        """
        try:
            self._keep(self._listen())
        except OsteonodeError as error:
            _log.error("%s", error)
            self._process.kill()
        self._watch.start()

    def stop(self) -> None:
        """End it; nothing where it has ended."""
        self._stopping.set()
        with self._changing:
            with suppress(OSError):  # it has gone already
                self._pipe.send(STOP)
            self._process.join(_STOP_SECONDS)
            self._kill()
        if self._watch.is_alive():
            self._watch.join()

    def _keep(self, listening: Listening) -> None:
        """A replacement must be found where this one was."""
        self._listening = listening
        console = self._settings.console.model_copy(update={"port": listening.port})
        self._settings = self._settings.model_copy(update={"console": console})

    def _load(self) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = start_copy(serve, (theirs, self._settings, self._prepare), "osteo-console")

    def _listen(self) -> Listening:
        try:
            answer = self._pipe.recv() if self._pipe.poll(_START_SECONDS) else None
        except (EOFError, OSError):
            answer = None
        if isinstance(answer, Listening):
            with suppress(OSError):  # it has gone already, and is replaced
                self._pipe.send(READY)
            return answer
        if isinstance(answer, OsteonodeError):
            raise answer
        raise OsteonodeError("the process of the console did not start; its own words are in the log")

    def _kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _replace_the_dead(self) -> None:
        while not self._stopping.is_set():
            wait([self._process.sentinel], timeout=_LOOK_SECONDS)
            if not self._process.is_alive():
                self._replace()

    def _replace(self) -> None:
        """Start another process; where that fails, the next look tries again."""
        with self._changing:
            if self._stopping.is_set():
                return
            _log.error("the console's process ended (%s); another one takes its place", self._process.exitcode)
            self._kill()
            try:
                self._load()
                self._keep(self._listen())
                self._pause_seconds = _PAUSE_SECONDS
            except (OSError, OsteonodeError) as error:
                _log.error("it cannot listen: %s", error)
                self._kill_quietly()
                self._stopping.wait(self._pause_seconds)
                self._pause_seconds = min(2 * self._pause_seconds, _LONGEST_PAUSE_SECONDS)

    def _kill_quietly(self) -> None:
        with suppress(OSError, ValueError):
            self._kill()
