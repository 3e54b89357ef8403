"""A process that receives, seen from the node.

Composing documents and running the engine keep an interpreter busy for milliseconds at a time, and a sender waits as
long for each piece of its image. So images arrive in processes of their own. One that dies loses nothing that it has
acknowledged, and is replaced.
"""

import logging
from collections.abc import Callable, MutableSequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import wait
from threading import Event, Lock, Thread
from typing import Final

from config.settings import Settings
from dicom_node.child_processes import start_copy
from dicom_node.receive.sockets import Sockets
from dicom_node.reception.child import LISTENING, START, STOP
from dicom_node.reception.entry import serve
from domain.errors import OsteonodeError

_START_SECONDS: Final = 60.0
#: The grace of the listener for open associations, and some seconds to close.
_STOP_SECONDS: Final = 15.0
_PAUSE_SECONDS: Final = 1.0
_MOST_SILENT_LOOKS: Final = 30
_log = logging.getLogger(__name__)


class ReceptionProcess:
    """Begins to load when it is made, listens between `start` and `stop`.

    Args:
        sockets: to listen on, beside others.
        model_set: of the models that read what arrives.
        prepare: called first in the process; must be importable by name there.
        cells: shared memory that the process counts in, and the next one goes on; None where nobody asks.
    """

    def __init__(
        self,
        settings: Settings,
        sockets: Sockets,
        model_set: str,
        prepare: Callable[[], None],
        cells: MutableSequence[int] | None = None,
    ) -> None:
        self._settings, self._sockets, self._model_set, self._prepare = settings, sockets, model_set, prepare
        self._cells = cells
        self._was_started = False
        self._stopping = Event()
        self._changing = Lock()
        self._watch = Thread(target=self._replace_the_dead, name="reception-watch", daemon=True)
        self._load()

    @property
    def is_listening(self) -> bool:
        """Whether the process is there, and was told to listen."""
        return self._was_started and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """Process identifier."""
        return self._process.pid

    def start(self) -> None:
        """Return when it listens.

        Raises:
            OSError: the folder cannot be made.
            OsteonodeError: a setting cannot be used, or the process ended.
        """
        self._listen()
        self._was_started = True
        self._watch.start()

    def tell_to_stop(self) -> None:
        """Have it take no more images; `stop` waits until it has ended."""
        self._stopping.set()
        with self._changing, suppress(OSError):  # it has gone already
            self._pipe.send(STOP)

    def stop(self) -> None:
        """Take no more images, let open associations end for a while, and end; nothing where it has ended."""
        self._stopping.set()
        with self._changing:
            self._end()
        if self._watch.is_alive():
            self._watch.join()

    def _load(self) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            arguments = (theirs, self._settings, self._sockets, self._model_set, self._prepare, self._cells)
            self._process = start_copy(serve, arguments, "osteo-reception")

    def _listen(self) -> None:
        try:
            self._pipe.send(START)
            answer = self._pipe.recv() if self._pipe.poll(_START_SECONDS) else None
        except (EOFError, OSError):
            answer = None
        if answer == LISTENING:
            return
        if isinstance(answer, OSError | OsteonodeError):
            raise answer
        raise OsteonodeError("the process that receives did not start; its own words are in the log")

    def _end(self) -> None:
        with suppress(OSError):  # it has gone already
            self._pipe.send(STOP)
        self._process.join(_STOP_SECONDS)
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _replace_the_dead(self) -> None:
        silent_looks = 0
        while not self._stopping.is_set():
            wait([self._process.sentinel], timeout=_PAUSE_SECONDS)
            silent_looks = 0 if self._was_heard() else silent_looks + 1
            # Looks and not a clock: a machine that was asleep has not heard anything either.
            if self._process.is_alive() and silent_looks >= _MOST_SILENT_LOOKS:
                _log.error("the process that receives takes no connections any more: it is ended")
                self._process.kill()
                self._process.join()
            if not self._process.is_alive():
                self._replace()

    def _was_heard(self) -> bool:
        """Return whether the process has said since the last look that it listens."""
        heard = False
        with suppress(OSError, EOFError):  # it has ended
            while self._pipe.poll():
                heard = self._pipe.recv() == LISTENING
        return heard

    def _replace(self) -> None:
        """Start another process; where that fails, the next look tries again."""
        with self._changing:
            if self._stopping.is_set():
                return
            _log.error("the process that receives ended (%s); another one takes its place", self._process.exitcode)
            self._process.join()
            self._pipe.close()
            try:
                self._load()
                self._listen()
            except (OSError, OsteonodeError) as error:
                _log.error("it cannot listen: %s", error)
                self._process.kill()
                self._stopping.wait(_PAUSE_SECONDS)
