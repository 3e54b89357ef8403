"""One node per data folder: a lock that the operating system frees when the process ends, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO, Final

from domain.errors import ConfigError

FILE_NAME: Final = "node.lock"


class FolderLock:
    """Held between `take` and `free`."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE_NAME
        self._file: BinaryIO | None = None

    def take(self) -> None:
        """Take the lock.

        Raises:
            ConfigError: another node holds it.
            OSError: the folder cannot be written to.
        """
        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise ConfigError(
                (f"another node is running on the data folder {self._path.parent}: stop it, or set node.data",),
                subject="node.data",
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode())
        file.flush()
        self._file = file

    def free(self) -> None:
        """Free the lock; nothing where it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None
