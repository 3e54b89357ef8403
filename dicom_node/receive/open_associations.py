"""The associations that are open at this node: of this process, and of the others that receive beside it.

Each process notes its own as empty files. One is noted before the others are counted, so that two processes which admit
at the same moment may both refuse, but never both go over a limit. What cannot be written counts in its own process
alone.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Final

from pynetdicom.association import Association

from dicom_node.receive.association_marks import is_process_alive

FOLDER: Final = "open-associations"
_SEPARATOR: Final = "~"


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """How many other associations are open: of all peers, and of the peer that asks."""

    all: int
    of_peer: int


NOBODY_ELSE: Final = OpenCounts(0, 0)


class OpenAssociations:
    """Counts what is open. Safe for threads.

    Args:
        data: data folder, where several processes receive; the notes are in a folder of their own below it.
    """

    def __init__(self, data: Path | None) -> None:
        self._folder = data / FOLDER if data is not None else None
        self._numbers = count(1)
        self._here: dict[Association, str] = {}
        self._lock = Lock()

    def sweep(self) -> None:
        """Make the folder, and remove the notes of processes that are gone and of an earlier one with our number."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
        for name in self._names():
            if _process_of(name) == os.getpid() or not is_process_alive(_process_of(name)):
                self._unlink(name)

    def add(self, assoc: Association) -> OpenCounts:
        """Note an association, and return how many others are open."""
        peer = _digest(assoc)
        with self._lock:
            self._prune()
            others = [_peer_of(name) for name in self._here.values()]
            name = f"{os.getpid()}-{next(self._numbers)}{_SEPARATOR}{peer}"
            self._here[assoc] = name
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / name).touch()
        others.extend(_peer_of(name) for name in self._names() if _is_of_another(name))
        return OpenCounts(len(others), others.count(peer))

    def remove(self, assoc: Association) -> None:
        """Take back that an association is open: it was refused."""
        with self._lock:
            name = self._here.pop(assoc, None)
        if name is not None:
            self._unlink(name)

    def leave(self, assoc: Association) -> None:
        """Tell the other processes that a peer has gone; here its association counts until its thread has ended."""
        with self._lock:
            name = self._here.get(assoc)
        if name is not None:
            self._unlink(name)

    def count_here(self) -> int:
        """Return how many associations are open in this process."""
        with self._lock:
            self._prune()
            return len(self._here)

    def _prune(self) -> None:
        for assoc in [assoc for assoc in self._here if not assoc.is_alive()]:
            self._unlink(self._here.pop(assoc))

    def _names(self) -> Iterator[str]:
        if self._folder is not None:
            with suppress(OSError):
                yield from os.listdir(self._folder)

    def _unlink(self, name: str) -> None:
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)


def _is_of_another(name: str) -> bool:
    return _process_of(name) != os.getpid() and is_process_alive(_process_of(name))


def _process_of(name: str) -> int:
    number = name.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _peer_of(name: str) -> str:
    return name.partition(_SEPARATOR)[2]


def _digest(assoc: Association) -> str:
    """Return what stands for a peer: a calling AE title at an address."""
    primitive = assoc.requestor.primitive
    title = primitive.calling_ae_title.strip() if primitive else ""
    return hashlib.sha256(f"{title}\0{assoc.requestor.address}".encode()).hexdigest()[:16]
