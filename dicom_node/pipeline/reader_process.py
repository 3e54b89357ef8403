"""One reader process and the pipe to it, seen from the node."""

from multiprocessing import Pipe
from pathlib import Path

from dicom_node.child_processes import start_afresh
from dicom_node.pipeline import reader_child
from dicom_node.pipeline.heap import large_pages
from dicom_node.pipeline.reader_child import OpenReader
from dicom_node.ports import ReadImage
from domain.errors import ModelError, ModelUnavailable

#: A process that does not load its models within this time is given up.
START_SECONDS = 120.0
#: Of a process whose pipe is closed.
_ENDING_SECONDS = 5.0

#: What a pipe raises when its other end is gone.
_GONE = (EOFError, BrokenPipeError, ConnectionResetError, ConnectionAbortedError)


class ReaderLost(Exception):
    """The process is of no use any more; `code` says what became of the image, "" where it had not been taken."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ReaderProcess:
    """A child with the models loaded. For one thread at a time, but `end`, which any thread may call.

    A pipe of its own, with no lock that is shared with other children: one that dies, whenever and however it dies,
    is seen at once and holds nobody up.
    """

    def __init__(self, open_reader: OpenReader, model_set: str) -> None:
        self._pipe, theirs = Pipe()
        # Afresh: the libraries of the models have threads, and large pages are asked for at the very start.
        with theirs:
            self._process = start_afresh(
                reader_child.serve, (theirs, open_reader, model_set), "osteo-reader", environment=large_pages()
            )
        self._is_open = False

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """Process identifier."""
        return self._process.pid

    def wait_until_open(self) -> None:
        """Wait until the models are loaded.

        Raises:
            ModelError: what kept the child from loading them; ModelUnavailable where it did not even say so.
        """
        if self._is_open:
            return
        try:
            failure = self._pipe.recv() if self._pipe.poll(START_SECONDS) else ModelUnavailable("no sign of life")
        except (*_GONE, OSError) as error:
            self._process.join(_ENDING_SECONDS)
            code = self._process.exitcode
            raise ModelUnavailable(f"the reader process ended while it started (exit code {code})") from error
        if isinstance(failure, ModelError):
            raise failure
        self._is_open = True

    def read(self, path: Path, evidence_folder: Path, deadline_seconds: float) -> ReadImage:
        """Have one image read.

        Raises:
            ReaderLost: the process died or took too long; it must be ended.
            OSError: the pictures could not be written.
        """
        try:
            self._pipe.send((path, evidence_folder))
        except OSError as error:
            raise ReaderLost("") from error
        try:
            if not self._pipe.poll(deadline_seconds):
                raise ReaderLost("deadline-exceeded")
            answer = self._pipe.recv()
        except (*_GONE, OSError) as error:
            raise ReaderLost("reader-crashed") from error
        if isinstance(answer, OSError):
            raise answer
        assert isinstance(answer, ReadImage)
        return answer

    def end(self) -> None:
        """Kill the process, whatever it does, and wait for its end. It holds nothing that would have to be put away."""
        self._process.kill()
        self._process.join()
