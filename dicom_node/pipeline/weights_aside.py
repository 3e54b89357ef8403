"""Weights that the runtime keeps for nothing, on a disk instead of in memory.

OpenVINO keeps the weights that a model was compiled from as long as it runs, and in bfloat16 and eight bits looks at
none of them again. They are copied into a file without a name, which no other program can open or change, and mapped
from there: the system takes their memory back, and would read them again if anybody asked.
"""

import errno
import logging
import os
from mmap import ACCESS_COPY, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from dicom_node.durable_file import PRIVATE

#: File systems on which a file takes the memory that it is to save.
_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
_MOUNTS: Final = Path("/proc/self/mountinfo")
_log = logging.getLogger(__name__)


class WeightsAside:
    """Maps weights from files in a folder; for one process and one thread.

    Args:
        folder: the node's data folder, made where it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder: Path | None = folder

    def __call__(self, weights: bytes) -> mmap | None:
        """Return a private map of a copy on disk (`inference.backends.openvino.PutAside`).

        None where that cannot be; the log says so once, and nothing is tried again.
        """
        if self._folder is None:
            return None
        try:
            return _map_copy(weights, self._folder)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            _log.warning("weights_in_memory (%s): nothing else changes, the models take more memory", reason)
            self._folder = None
            return None


def _map_copy(weights: bytes, folder: Path) -> mmap:
    folder.mkdir(PRIVATE, parents=True, exist_ok=True)
    with TemporaryFile(dir=folder, prefix=".osteonode-weights-") as file:
        if _is_in_memory(os.fstat(file.fileno()).st_dev):
            raise OSError(errno.ENOTSUP, "the data folder is in memory itself")
        file.write(weights)
        file.flush()
        # A disk that cannot keep it says so now, and not when it is read again.
        os.fsync(file.fileno())
        return mmap(file.fileno(), 0, access=ACCESS_COPY)


def _is_in_memory(device: int) -> bool:
    """Return whether a device is memory by the system's own list (proc(5), mountinfo)."""
    number = f"{os.major(device)}:{os.minor(device)}"
    rows = [line.split() for line in _MOUNTS.read_text().splitlines()]
    return any(row[2] == number and row[row.index("-") + 1] in _IN_MEMORY for row in rows)
