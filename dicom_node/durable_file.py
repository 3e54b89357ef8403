"""Files that are whole or absent, and survive a power cut."""

import ctypes
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

_SYNC_FILE_RANGE_WRITE: Final = 2


def _find_sync_file_range() -> Callable[[int, int, int, int], int] | None:
    function = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if function is not None:
        function.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    return function


_SYNC_FILE_RANGE: Final = _find_sync_file_range()


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that it is found whole or not at all: fsync the file, rename it, fsync its folder.

    An unfinished file is called `.*.part`; two writers of one name do not meet.

    Raises:
        OSError: no room, or no permission; the name at `path` is as it was, and nothing is left behind.
    """
    make_folder_durably(path.parent)
    unfinished = path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


#: Rights of a new folder that holds what is of patients: its owner's alone.
PRIVATE: Final = 0o700


def make_folder_durably(folder: Path, mode: int = 0o777) -> None:
    """Create a folder and its parents; a new name is durable only when the folder that holds it is synced.

    Args:
        mode: rights of the folder where it is new, less the umask; its parents have the usual ones.
    """
    if folder.is_dir():
        return
    make_folder_durably(folder.parent)
    folder.mkdir(mode, exist_ok=True)
    fsync_folder(folder.parent)


def begin_writing_back(descriptor: int) -> None:
    """Let the disk begin with what was written to a file, so that a later fsync waits less. Proves nothing by itself.

    Python has no name for sync_file_range(2), and only Linux has the call; without it nothing is lost but time.
    """
    if _SYNC_FILE_RANGE is not None:
        _SYNC_FILE_RANGE(descriptor, 0, 0, _SYNC_FILE_RANGE_WRITE)


def release_from_memory(descriptor: int) -> None:
    """Let the system forget what it has of a file beside the disk: whoever reads it reads it from there.

    Where a system or a file system does not know how, all stays as it is.
    """
    with suppress(AttributeError, OSError):
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def fsync_file(path: Path) -> None:
    """Bring what a file holds to disk, whoever wrote it."""
    _bring_to_disk(path, os.O_RDONLY, os.fsync)


def fdatasync_file(path: Path) -> None:
    """Bring what a file holds to disk, whoever wrote it, without the times in its inode."""
    _bring_to_disk(path, os.O_RDONLY, os.fdatasync)


def fsync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk."""
    _bring_to_disk(folder, os.O_RDONLY | os.O_DIRECTORY, os.fsync)


def _bring_to_disk(path: Path, flags: int, sync: Callable[[int], None]) -> None:
    descriptor = os.open(path, flags)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)
