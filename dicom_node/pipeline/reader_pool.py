"""Reader processes: a native crash or a hang of a model is one failed reading, never the node.

The port `FractureReader` on a pebble ProcessPool. The node's process imports no model library: what is heavy lives in
the children (reader_child).
"""

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from config.settings import Reading
from dicom_node.pipeline import reader_child
from dicom_node.pipeline.reader_child import OpenReader, failed_reading
from dicom_node.ports import ReadImage
from domain.errors import ModelUnavailable
from inference.zoo import BUNDLED, load_manifest, model_set

Result = TypeVar("Result")

#: A process that does not load its models within this time is given up.
START_SECONDS = 120.0

#: Pools tried for one image when pools break under it.
_ATTEMPTS = 3

#: What each way to lose a reader process becomes.
_LOST: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "deadline-exceeded"),
    (ProcessExpired, "reader-crashed"),
    (MemoryError, "out-of-memory"),
    (ModelUnavailable, "reader-unavailable"),
)


class ReaderPool:
    """Reads images in child processes that each load the models once. May be called from several threads.

    Args:
        open_reader: makes the reader inside a child; importable by name there.
        model_set: digest of the ensemble that `open_reader` opens.
        processes: children at the same time.
        deadline_seconds: an image that takes longer is FAILED, and its process replaced.
    """

    def __init__(
        self, open_reader: OpenReader, *, model_set: str, processes: int = 1, deadline_seconds: float = 60.0
    ) -> None:
        self._open_reader = open_reader
        self._model_set = model_set
        self._processes = processes
        self._deadline_seconds = deadline_seconds
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._in_flight: dict[ProcessFuture[Any], ProcessPool] = {}
        self._closed = False

    @classmethod
    def of_settings(cls, reading: Reading) -> "ReaderPool":
        """Return the pool that a configuration asks for; no process starts before `warm_up` or the first read.

        Raises:
            ModelError: the bundle has no valid manifest.
        """
        bundle = reading.bundle or BUNDLED
        return cls(
            partial(reader_child.open_bundle, bundle, reading.threads),
            model_set=model_set(load_manifest(bundle)),
            processes=reading.processes,
            deadline_seconds=reading.deadline_seconds,
        )

    @property
    def model_set(self) -> str:
        """Digest of the ensemble."""
        return self._model_set

    def warm_up(self) -> None:
        """Start the processes and wait until one has its models loaded.

        Raises:
            WeightsMismatch: a weight file is not the one that the manifest names: refuse to start.
            ModelError: the models cannot be loaded.
        """
        try:
            self._run(reader_child.check, timeout=START_SECONDS)
        except (TimeoutError, ProcessExpired) as error:
            raise ModelUnavailable("the reader process did not start") from error

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        """Read the Part 10 file at `path` (see `FractureReader.read`).

        Raises:
            OSError: the pictures cannot be written; nothing was read.
            ModelUnavailable: the pool was closed meanwhile; nothing was read.
        """
        try:
            return self._run(
                partial(reader_child.read, path, evidence_folder, self._model_set), timeout=self._deadline_seconds
            )
        except tuple(kind for kind, _ in _LOST) as error:
            if self._closed:
                raise ModelUnavailable("the readers are closed") from error
            code = next(code for kind, code in _LOST if isinstance(error, kind))
            return ReadImage(failed_reading(path, code, self._model_set))

    def close(self) -> None:
        """End the processes; what they were reading is not answered."""
        with self._lock:
            self._closed = True
            pool = self._pool
        if pool is not None:
            self._discard(pool)

    def _run(self, function: Callable[[], Result], *, timeout: float) -> Result:
        # A child that dies with nothing to do (the kernel's OOM killer) breaks the whole pool: a fresh one is tried.
        for _ in range(_ATTEMPTS):
            pool, future = self._schedule(function, timeout)
            try:
                return future.result()
            except (BrokenProcessPool, CancelledError):
                self._discard(pool)
            finally:
                with self._lock:
                    self._in_flight.pop(future, None)
        raise ModelUnavailable("the reader processes end as soon as they start")

    def _schedule(self, function: Callable[[], Result], timeout: float) -> "tuple[ProcessPool, ProcessFuture[Result]]":
        with self._lock:
            if self._closed:
                raise ModelUnavailable("the readers are closed")
            if self._pool is None or not self._pool.active:
                self._pool = self._open_pool()
            future: ProcessFuture[Result] = self._pool.schedule(function, timeout=timeout)
            self._in_flight[future] = self._pool
            return self._pool, future

    def _open_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._processes,
            initializer=reader_child.start,
            initargs=(self._open_reader,),
            context=multiprocessing.get_context("spawn"),  # a fork of a process with threads and sockets may deadlock
        )

    def _discard(self, pool: ProcessPool) -> None:
        """End a pool, once, whoever asks first; wake every thread that waits for it, which pebble does not."""
        with self._lock:
            if self._pool is not pool:
                return
            self._pool = None
            waiting = [future for future, of in self._in_flight.items() if of is pool]
        for future in waiting:
            future.cancel()  # type: ignore[no-untyped-call]
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
