"""The desk in the node's process: takes questions from processes apart, and has a reader of its own answer them.

Studies come first. So single images have a reader process of their own, which gets what nothing else wants of the
processor, and which is there only while somebody asks: a study never waits behind one of them, and an upload that
crashes or hangs a reader costs no study its own.
"""

import logging
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from dicom_node.desk_ports import DeskAnswer, DeskQuestion
from dicom_node.image_desk import frames, messages
from dicom_node.image_desk.json_lines import write_line
from dicom_node.image_desk.place import DeskPlace
from dicom_node.ports import FractureReader
from domain.errors import DeadlineExceeded, ModelError, ModelUnavailable, OsteonodeError

#: The models are put away after so long without a question.
REST_SECONDS: Final = 300.0
#: Questions that wait; the next one is refused.
PLACES: Final = 8
#: A caller has so long to say what it wants: it is on this machine, and has it ready.
_HEAD_SECONDS: Final = 2.0
_CALM_SECONDS: Final = 0.1
_log = logging.getLogger(__name__)


class SpareReader(FractureReader, Protocol):
    """A reader that owns processes, and starts them when it is asked."""

    def close(self) -> None:
        """End its processes."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting:
    connection: socket.socket
    question: DeskQuestion
    due: float

    @property
    def is_gone(self) -> bool:
        """Whether the caller has hung up."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True


class Desk:
    """Answers between `start` and `stop`, one question after the other.

    Args:
        open_reader: makes the reader when there is a question and none is open; may raise ModelError.
        places: questions that may wait at the same time.
        rest_seconds: the reader is closed after so long without a question.
    """

    def __init__(
        self,
        place: DeskPlace,
        open_reader: Callable[[], SpareReader],
        *,
        places: int = PLACES,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self._place, self._open_reader, self._rest_seconds = place, open_reader, rest_seconds
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(places)
        self._backlog = places
        self._reader: SpareReader | None = None
        self._changing = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (("desk-listen", self._listen), ("desk-read", self._serve))
        ]

    def start(self) -> None:
        """Listen. Raises OSError where the folder or the socket cannot be made."""
        self._listener = self._place.listen(self._backlog)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Answer nobody any more; what is being read is not answered."""
        with self._changing:
            self._stopping.set()
            reader = self._reader
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # whoever accepts wakes up
        if reader is not None:
            reader.close()
        self._threads[0].join()
        self._refuse_all()
        self._queue.put(None)
        self._threads[1].join()
        self._listener.close()
        self._place.forget()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                self._stopping.wait(_CALM_SECONDS)  # it stops, or there are no more file descriptors for a while
                continue
            self._admit(connection)

    def _admit(self, connection: socket.socket) -> None:
        connection.settimeout(_HEAD_SECONDS)
        try:
            question, seconds = messages.read_question(frames.receive(connection), self._place.spool)
            connection.settimeout(None)
            if self._queue.full():
                self._forget_the_gone()
            self._queue.put_nowait(_Waiting(connection, question, time.monotonic() + seconds))
        except queue.Full:
            _tell(connection, messages.write_error(ModelUnavailable("too many images wait to be read")))
        except OsteonodeError as error:
            _tell(connection, messages.write_error(error))
        except (frames.FrameError, OSError):
            connection.close()

    def _forget_the_gone(self) -> None:
        """Give the places of those who have hung up to others; nobody else puts anything into the queue."""
        waiting: list[_Waiting | None] = []
        with suppress(queue.Empty):
            while True:
                waiting.append(self._queue.get_nowait())
        for each in waiting:
            if each is not None and each.is_gone:
                each.connection.close()
            else:
                self._queue.put_nowait(each)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                waiting = self._queue.get(timeout=self._rest_seconds if self._reader else None)
            except queue.Empty:
                self._rest()
                continue
            if waiting is None:
                continue
            if waiting.is_gone:
                waiting.connection.close()
            else:
                self._answer(waiting)

    def _answer(self, waiting: _Waiting) -> None:
        try:
            if time.monotonic() > waiting.due:
                raise DeadlineExceeded("the image was not read in time: others came before it")
            message = messages.write_answer(self._read(waiting.question))
        except OsteonodeError as error:
            message = messages.write_error(error)
        except Exception as error:  # the outermost loop of this thread: one image must not cost the next
            _log.exception("the desk failed on an image")
            message = messages.write_error(ModelError(f"a fault of this software: {type(error).__name__}"))
        _tell(waiting.connection, message)

    def _read(self, question: DeskQuestion) -> DeskAnswer:
        read = self._open().read(question.image, evidence_folder=question.image.parent)
        line = write_line(question.stated_path, question.study_instance_uid, read.reading)
        return DeskAnswer(line, read.reading.rows, read.reading.columns, read.display_path, read.heat_map_path)

    def _open(self) -> SpareReader:
        with self._changing:
            if self._stopping.is_set():
                raise ModelUnavailable("the node stops")
            if self._reader is None:
                self._reader = self._open_reader()
            return self._reader

    def _rest(self) -> None:
        with self._changing:
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _refuse_all(self) -> None:
        with suppress(queue.Empty):
            while True:
                waiting = self._queue.get_nowait()
                if waiting is not None:
                    _tell(waiting.connection, messages.write_error(ModelUnavailable("the node stops")))


def _tell(connection: socket.socket, message: dict[str, object]) -> None:
    """Send the one answer of a connection and close it; nobody may be there any more."""
    with suppress(OSError), connection:
        connection.settimeout(_HEAD_SECONDS)
        connection.sendall(frames.encode(message))
