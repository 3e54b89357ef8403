"""A data set on its way from the network to disk, and the folders it passes through."""

import hashlib
import os
import shutil
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BytesIO, FileIO
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from dicom_node.durable_file import begin_writing_back, release_from_memory
from dicom_node.receive.read_soon import ReadSoon
from dicom_node.receive.statuses import Outcome

#: Of a larger data set the disk gets what is there while the rest arrives; `seal` then waits for the rest alone.
_LARGE_BYTES = 1 << 20
#: Fragments in one call to the disk (IOV_MAX).
_MOST_VECTORS = 1024


def _write_whole(file: FileIO, fragments: Sequence[memoryview]) -> None:
    """Write all fragments; the system takes as many at a time as it likes.

    Raises:
        OSError: it takes nothing.
    """
    left = deque(fragments)
    while left:
        written = os.writev(file.fileno(), list(islice(left, _MOST_VECTORS)))
        while left and written >= len(left[0]):
            written -= len(left.popleft())
        if written:
            left[0] = left[0][written:]


def _is_in_work(path: Path) -> bool:
    """Return whether another process that lives is writing a file: see `Spool.new_path`."""
    owner = path.name.partition("-")[0]
    return owner.isdecimal() and int(owner) != os.getpid() and Path("/proc", owner).exists()


class Spool:
    """The folder that data sets are written to while they arrive; on the volume of their final place.

    Args:
        folder: made when missing. Whatever lies in it after a crash was never acknowledged.
        most_bytes: of one data set.
        free_bytes: nothing is taken in while less than this is free.
        measure_free_bytes: how much is free on the volume of a folder.
        read_soon: which images stay in the system's memory.
    """

    def __init__(
        self,
        folder: Path,
        *,
        most_bytes: int,
        free_bytes: int,
        measure_free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
        read_soon: ReadSoon | None = None,
    ) -> None:
        self.folder, self.most_bytes, self._free_bytes = folder, most_bytes, free_bytes
        self._measure_free_bytes = measure_free_bytes
        self.read_soon = read_soon or ReadSoon()

    def sweep(self) -> int:
        """Make the folder, remove what a process that has gone left in it, and return how many files that were.

        A file of ours counts as left behind too: whoever sweeps has begun nothing yet.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        leftovers = [path for path in self.folder.iterdir() if path.is_file() and not _is_in_work(path)]
        for path in leftovers:
            path.unlink(missing_ok=True)
        return len(leftovers)

    def has_room(self) -> bool:
        """Return whether the volume is below its high-water mark."""
        return self._measure_free_bytes(self.folder) >= self._free_bytes

    def new_path(self) -> Path:
        """Return the path of a file that does not exist yet."""
        return self.folder / f"{os.getpid()}-{uuid4().hex}.part"


class IncomingDataSet(BytesIO):
    """Takes the place of the buffer in which pynetdicom collects a data set, and writes to disk instead.

    Writing never raises: an exception in the network thread would abort the association without a status. What went
    wrong is kept in `failure`, the rest of the data set is read and dropped, and the sender gets its answer.

    Args:
        spool: where to write.
        encode_head: gives the head of the Part 10 file; called before the first byte of the data set is written.

    Attributes:
        path: the file, None before the first byte and after it was moved or removed.
        data_set_offset: length of the head of the file.
        size_bytes: of the data set so far.
        failure: why the data set is not on disk, None while it is.
    """

    def __init__(self, spool: Spool, encode_head: Callable[[], bytes]) -> None:
        super().__init__()
        self._spool, self._encode_head = spool, encode_head
        self._digest = hashlib.sha256()
        self._file: FileIO | None = None
        self.path: Path | None = None
        self.data_set_offset = self.size_bytes = 0
        self.failure: Outcome | None = None

    @property
    def sha256(self) -> str:
        """Digest of the data set without its head, lower-case hex."""
        return self._digest.hexdigest()

    def write(self, data: Any, /) -> int:
        """Append a fragment of the data set."""
        self.write_all([memoryview(data)])
        return len(data)

    def write_all(self, fragments: Sequence[memoryview]) -> None:
        """Append fragments of the data set, with one call to the disk where there are not absurdly many."""
        self.size_bytes += sum(map(len, fragments))
        if self.failure is None and self.size_bytes > self._spool.most_bytes:
            self._fail(Outcome.TOO_LARGE)
        if self.failure is None:
            try:
                self._append(fragments)
            except OSError:
                self._fail(Outcome.DISK_FAILED)

    def seal(self) -> None:
        """Bring the file to the disk itself.

        Raises:
            OSError: it cannot be written.
        """
        if self._file is not None:
            os.fdatasync(self._file.fileno())
            if not self._spool.read_soon.takes_one():
                release_from_memory(self._file.fileno())
            self._file.close()
            self._file = None

    def move(self, target: Path) -> None:
        """Give the sealed file its final name, in one step, over whatever has that name."""
        if self.path is not None:
            os.replace(self.path, target)
            self.path = None

    def discard(self) -> None:
        """Remove the file unless it was moved."""
        file, path, self._file, self.path = self._file, self.path, None, None
        try:
            if file is not None:
                file.close()
        except OSError:
            pass  # a full disk: the buffered rest could not be written, and is not wanted
        finally:
            if path is not None:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Discard; also called by the collector, so that a dropped association leaves nothing behind."""
        self.discard()
        super().close()

    def _append(self, fragments: Sequence[memoryview]) -> None:
        if not any(fragments):
            return
        if self._file is None:
            if not self._spool.has_room():
                self._fail(Outcome.DISK_HIGH_WATER)
                return
            head = self._encode_head()
            self.path = self._spool.new_path()
            self._file = self.path.open("xb", buffering=0)
            self.data_set_offset = len(head)
            _write_whole(self._file, [memoryview(head), *fragments])
        else:
            _write_whole(self._file, fragments)
        if self.size_bytes >= _LARGE_BYTES:
            begin_writing_back(self._file.fileno())
        for fragment in fragments:
            self._digest.update(fragment)

    def _fail(self, outcome: Outcome) -> None:
        self.failure = outcome
        with suppress(OSError):  # a read-only volume: the sweep at the next start removes the file
            self.discard()
