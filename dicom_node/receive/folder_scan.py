"""Which files of a watched folder are whole: those that have not changed for a while, as far as one can see."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Folders directly below the watched one that are ours.
TAKEN, REFUSED = "taken", "refused"
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload", "~")


@dataclass(frozen=True, slots=True)
class Signature:
    """What changes when somebody writes to a file or puts another in its place."""

    size_bytes: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Signature":
        """Return the signature of a file with this status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


class FolderScan:
    """Looks into a folder again and again.

    Args:
        folder: watched, with its subfolders. Symbolic links are not followed, names that begin with a dot or end like
            an unfinished download are left alone.
        settle_seconds: so long a file must look the same. Measured here: the clocks of a share may differ from ours.
        monotonic: gives seconds that never go back.
    """

    def __init__(self, folder: Path, settle_seconds: float, monotonic: Callable[[], float]) -> None:
        self._folder, self._settle_seconds, self._monotonic = folder, settle_seconds, monotonic
        self._seen: dict[Path, tuple[Signature, float]] = {}

    def settled(self) -> list[tuple[Path, Signature]]:
        """Return the files that have settled, in the order of their names.

        Raises:
            OSError: the folder cannot be read.
        """
        now = self._monotonic()
        seen = {}
        for path, signature in _walk(self._folder, frozenset({TAKEN, REFUSED})):
            before, since = self._seen.get(path, (signature, now))
            seen[path] = (signature, since if before == signature else now)
        self._seen = seen
        return sorted(
            (path, signature) for path, (signature, since) in seen.items() if now - since >= self._settle_seconds
        )


def _walk(folder: Path, left_out: frozenset[str] = frozenset()) -> Iterator[tuple[Path, Signature]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in left_out:
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:  # gone since it was listed
                continue
            if stat.S_ISDIR(status.st_mode):
                yield from _walk_below(Path(entry.path))
            elif stat.S_ISREG(status.st_mode) and not entry.name.endswith(_UNFINISHED):
                yield Path(entry.path), Signature.of(status)


def _walk_below(folder: Path) -> Iterator[tuple[Path, Signature]]:
    try:
        yield from _walk(folder)
    except (FileNotFoundError, PermissionError):
        return  # removed meanwhile, or somebody's own: the others are still to be taken
