"""One node per data folder: a lock that the operating system frees when the process ends, however it ends."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO, Final

from domain.errors import ConfigError

FILE_NAME: Final = "node.lock"
#: Lies in a data folder from the beginning of a restore to its end.
UNFINISHED_RESTORE: Final = ".restoring"


class FolderLock:
    """Held between `take` and `free`."""

    def __init__(self, data: Path) -> None:
        self._path = data / FILE_NAME
        self._file: BinaryIO | None = None

    def take(self, *, restoring: bool = False) -> None:
        """Take the lock.

        Args:
            restoring: take it to restore a backup, also where another restore did not end.

        Raises:
            ConfigError: another node holds it, or a restore into the folder did not end.
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
        if not restoring and self._path.with_name(UNFINISHED_RESTORE).exists():
            file.close()
            raise ConfigError(
                (f"a restore into the data folder {self._path.parent} did not end: run `osteonode restore` again",),
                subject="node.data",
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n".encode())
        file.flush()
        self._file = file

    def free(self) -> None:
        """Free the lock; nothing where it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None
