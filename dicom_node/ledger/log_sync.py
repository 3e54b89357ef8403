"""The write-ahead log is brought to disk after a transaction and not at its end, by one call for all who wait.

While a transaction waits for the disk nobody else writes, in no process. So what comes in by the hundred commits to the
system's cache, lets the next one write, and is acknowledged when the log is on disk. A log is read up to where it is
whole (SQLite, "WAL-mode file format"): what follows a transaction never survives a power cut that it does not.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from dicom_node.durable_file import fdatasync_file


class LogSync:
    """Brings a log to disk; safe for threads.

    Args:
        log: the file; where there is none, all that it held is in the database, and on disk.
        bring_to_disk: returns when what the file holds is on disk.
    """

    def __init__(self, log: Path, bring_to_disk: Callable[[Path], None] = fdatasync_file) -> None:
        self._log, self._bring_to_disk = log, bring_to_disk
        self._counting, self._syncing = Lock(), Lock()
        self._asked = self._done = 0

    def sync(self) -> None:
        """Return when all that was committed before this call is on disk.

        Raises:
            OSError: the disk fails; what was committed may be lost.
        """
        with self._counting:
            self._asked += 1
            mine = self._asked
        with self._syncing:
            if self._done >= mine:
                return
            with self._counting:
                all_so_far = self._asked
            with suppress(FileNotFoundError):
                self._bring_to_disk(self._log)
            self._done = all_so_far
