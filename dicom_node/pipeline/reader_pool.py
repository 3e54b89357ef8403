"""The port `FractureReader` on child processes: a native crash or a hang of a model is one failed reading.

The node's process imports no model library: what is heavy lives in the children (reader_child).
"""

import threading
from functools import partial
from pathlib import Path

from config.settings import Reading
from dicom_node.pipeline import reader_child
from dicom_node.pipeline.reader_child import OpenReader, failed_reading
from dicom_node.pipeline.reader_process import ReaderLost, ReaderProcess
from dicom_node.ports import ReadImage
from domain.errors import ModelError, ModelUnavailable
from inference.zoo import BUNDLED, load_manifest, model_set

#: Processes tried for one image when they die before they take it.
_ATTEMPTS = 3


class ReaderPool:
    """Reads images in child processes that each load the models once. May be called from several threads.

    Args:
        open_reader: makes the reader inside a child; importable by name there.
        model_set: digest of the ensemble that `open_reader` opens.
        processes: children at the same time.
        deadline_seconds: an image that takes longer is FAILED, and its process replaced. Waiting for a free process
            and loading the models do not count.
    """

    def __init__(
        self, open_reader: OpenReader, *, model_set: str, processes: int = 1, deadline_seconds: float = 60.0
    ) -> None:
        self._open_reader = open_reader
        self._model_set = model_set
        self._processes = processes
        self._deadline_seconds = deadline_seconds
        self._changed = threading.Condition()
        self._idle: list[ReaderProcess] = []
        self._busy: set[ReaderProcess] = set()
        self._closed = False

    @classmethod
    def of_settings(cls, reading: Reading, *, aside: bool = False, data: Path | None = None) -> "ReaderPool":
        """Return the pool that a configuration asks for; no process starts before `warm_up` or the first read.

        Args:
            aside: one process, behind all others, for images that belong to no study.
            data: the node's data folder, which keeps weights that nobody looks at again; by default memory does.

        Raises:
            ModelError: the bundle has no valid manifest for the precision.
        """
        bundle = reading.bundle or BUNDLED
        open_reader: OpenReader = partial(
            reader_child.open_bundle,
            bundle,
            reading.threads,
            # On a busy machine the last in line would leave models out, and say something else than the others.
            reading.deadline_seconds if aside else reading.member_seconds,
            reading.precision,
            reading.image_memory_mib,
            data,
        )
        return cls(
            partial(reader_child.open_aside, open_reader) if aside else open_reader,
            model_set=model_set(load_manifest(bundle, reading.precision)),
            processes=1 if aside else reading.processes,
            deadline_seconds=reading.deadline_seconds,
        )

    @property
    def model_set(self) -> str:
        """Digest of the ensemble."""
        return self._model_set

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that there are, for whoever measures them."""
        with self._changed:
            return tuple(process.pid for process in (*self._idle, *self._busy) if process.pid is not None)

    @property
    def is_closed(self) -> bool:
        """Whether nothing is read any more."""
        return self._closed

    def begin(self) -> None:
        """Start the processes; the models load meanwhile, and `warm_up` or the first read waits for them."""
        for process in [self._take() for _ in range(self._processes)]:
            self._give_back(process)

    def warm_up(self) -> None:
        """Start the processes and wait until each has its models loaded.

        Raises:
            WeightsMismatch: a weight file is not the one that the manifest names: refuse to start.
            ModelError: the models cannot be loaded.
        """
        started = [self._take() for _ in range(self._processes)]
        try:
            for process in started:
                process.wait_until_open()
        except ModelError:
            for process in started:
                self._drop(process)
            raise
        for process in started:
            self._give_back(process)

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        """Read the Part 10 file at `path` (see `FractureReader.read`).

        Raises:
            OSError: the pictures cannot be written; nothing was read.
            ModelUnavailable: the pool was closed meanwhile; nothing was read.
        """
        for _ in range(_ATTEMPTS):
            process = self._take()
            try:
                process.wait_until_open()
                answer = process.read(path, evidence_folder, self._deadline_seconds)
            except (ReaderLost, ModelError) as error:
                self._drop(process)
                code = error.code if isinstance(error, ReaderLost) else ""
                if code:
                    return ReadImage(failed_reading(path, code, self._model_set))
            except OSError:
                self._give_back(process)
                raise
            else:
                self._give_back(process)
                return answer
        return ReadImage(failed_reading(path, "reader-unavailable", self._model_set))

    def close(self) -> None:
        """End the processes; what they were reading is not answered."""
        with self._changed:
            self._closed = True
            processes = [*self._idle, *self._busy]
            self._idle.clear()
            self._changed.notify_all()
        for process in processes:
            process.end()

    def _take(self) -> ReaderProcess:
        """Return a process that is nobody else's, waiting for one if need be."""
        with self._changed:
            while True:
                self._require_open()
                self._idle = [process for process in self._idle if process.is_alive]
                if self._idle:
                    process = self._idle.pop()
                elif len(self._busy) < self._processes:
                    process = ReaderProcess(self._open_reader, self._model_set)
                else:
                    self._changed.wait()
                    continue
                self._busy.add(process)
                return process

    def _give_back(self, process: ReaderProcess) -> None:
        with self._changed:
            self._busy.discard(process)
            if not self._closed:
                self._idle.append(process)
            self._changed.notify()

    def _drop(self, process: ReaderProcess) -> None:
        process.end()
        with self._changed:
            self._busy.discard(process)
            self._changed.notify()
            self._require_open()

    def _require_open(self) -> None:
        if self._closed:
            raise ModelUnavailable("the readers are closed")
