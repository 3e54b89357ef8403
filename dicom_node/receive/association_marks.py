"""Marks for associations that bring images: empty files, so that every process that receives can leave one.

They are no record: an association ends with its process, so nothing is fsynced, and a mark of a process that is gone
counts for nothing. What cannot be written is left out: the quiet time of its study then decides alone.
"""

import os
from collections.abc import Collection, Hashable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from dicom_node.knowledge_ports import AssociationState

FOLDER: Final = "associations"
_SEPARATOR: Final = "~"
_OPEN, _RELEASED, _ABORTED = "open", "released", "aborted"
_ENDED: Final = "ended"


class _Mark(NamedTuple):
    """A mark's name, taken apart: the study, the process with the number of the association, how far that is."""

    study_instance_uid: str
    owner: str
    state: str


class FileMarks:
    """Implements knowledge_ports.AssociationMarks.

    Args:
        data: data folder; the marks are in a folder of their own below it.
    """

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER
        self._numbers = count(1)
        self._open: dict[Hashable, Path] = {}
        self._lock = Lock()

    def sweep(self) -> None:
        """Make the folder and remove the marks of processes that are gone, and of an earlier one with our number."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
        for mark in self._marks():
            if mark.state == _OPEN and (_process_of(mark) == os.getpid() or not is_process_alive(_process_of(mark))):
                self._remove(mark)

    def bring(self, association: Hashable, study_instance_uid: str) -> None:
        """Note that an association brings an image of a study, and no more of the study before."""
        with self._lock:
            before = self._open.get(association)
            if before is not None and before.name.partition(_SEPARATOR)[0] == study_instance_uid:
                return
            owner = f"{os.getpid()}-{next(self._numbers)}"
            path = self._path(_Mark(study_instance_uid, owner, _OPEN))
            self._open[association] = path
        _move_or_make(before, path)

    def end(self, association: Hashable, *, released: bool) -> None:
        """Note that an association has ended; nothing where it brought no image or has ended before."""
        with self._lock:
            path = self._open.pop(association, None)
        if path is None:
            return
        uid = path.name.partition(_SEPARATOR)[0]
        how, other = (_RELEASED, _ABORTED) if released else (_ABORTED, _RELEASED)
        with suppress(OSError):
            path.replace(self._path(_Mark(uid, _ENDED, how)))
            self._path(_Mark(uid, _ENDED, other)).unlink(missing_ok=True)

    def states(self, study_instance_uids: Collection[str]) -> Mapping[str, AssociationState]:
        """Return what is known of these studies, and forget the ended associations of all others."""
        asked, is_open, released = frozenset(study_instance_uids), set[str](), set[str]()
        for mark in self._marks():
            if mark.state == _OPEN:
                if is_process_alive(_process_of(mark)):
                    is_open.add(mark.study_instance_uid)
            elif mark.study_instance_uid not in asked:
                self._remove(mark)
            elif mark.state == _RELEASED:
                released.add(mark.study_instance_uid)
        return {uid: AssociationState(uid in is_open, uid in released - is_open) for uid in study_instance_uids}

    def _marks(self) -> Iterator[_Mark]:
        try:
            names = os.listdir(self._folder)
        except OSError:
            return
        for name in names:
            parts = name.split(_SEPARATOR)
            if len(parts) == len(_Mark._fields):
                yield _Mark(*parts)

    def _path(self, mark: _Mark) -> Path:
        return self._folder / _SEPARATOR.join(mark)

    def _remove(self, mark: _Mark) -> None:
        with suppress(OSError):
            self._path(mark).unlink(missing_ok=True)


class SeenMarks(FileMarks):
    """The marks as another process than the node's sees them: it looks, and forgets nothing."""

    def _remove(self, mark: _Mark) -> None:
        """Leave it to the node, which knows of every open study."""


def _move_or_make(before: Path | None, path: Path) -> None:
    """Make a mark, of the one before where there is one: ext4 looks through what was removed of late for a new file."""
    with suppress(OSError):
        if before is not None:
            before.replace(path)
            return
    with suppress(OSError):
        path.touch()


def _process_of(mark: _Mark) -> int:
    number = mark.owner.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def is_process_alive(process: int) -> bool:
    """Return whether a process with this number runs on this machine."""
    if process <= 0:
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
