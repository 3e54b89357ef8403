"""A watched folder: files that are dropped there go through the door, and out of the way."""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final

from config.folder import Folder
from config.image_classes import uids_of
from dicom_node.durable_file import write_durably
from dicom_node.receive.door import COMES_AGAIN, Door, Origin, Passage
from dicom_node.receive.event_line import emit
from dicom_node.receive.folder_scan import REFUSED, TAKEN, FolderScan, Signature
from dicom_node.receive.statuses import ANSWERS
from dicom_node.repeating import Repeating

WATCHING = "receive.folder_watched"
UNREADABLE = "receive.folder_unreadable"
READABLE = "receive.folder_readable_again"
FILE_REFUSED = "receive.folder_file_refused"
FILE_STAYS = "receive.folder_file_stays"

_CHUNK_BYTES: Final = 1 << 20


class WatchedFolder:
    """Takes files from a folder between `start` and `stop`. File names may name patients: they are never logged.

    Args:
        called_ae_title: of this node; kept with the images.
        monotonic: gives seconds that never go back.
    """

    def __init__(
        self, settings: Folder, door: Door, called_ae_title: str, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._door, self._folder = settings, door, settings.path
        self._origin = Origin(settings.ae_title, called_ae_title, sop_class_uids=uids_of(settings.sop_classes))
        self._scan = FolderScan(settings.path, settings.settle_seconds, monotonic)
        self._stays: dict[Path, Signature] = {}
        self._is_readable = True
        self._stopping = Event()
        self._loop = Repeating(f"folder {settings.name}", settings.interval_seconds, self.look)

    def start(self) -> None:
        """Begin to look. That the folder is not there yet, or not now, is no error: a share may come later."""
        emit(logging.INFO, WATCHING, "watching", folder=self._settings.name, path=str(self._folder))
        self._loop.start()

    def stop(self) -> None:
        """Stop when the file under way is through."""
        self._stopping.set()
        self._loop.stop()

    def look(self) -> None:
        """Take every file that has settled."""
        try:
            settled = self._scan.settled()
        except OSError as error:
            self._note_readable(False, error.strerror or "")
            return
        self._note_readable(True)
        for path, signature in settled:
            if self._stopping.is_set() or not self._door.has_room():
                return
            if self._stays.get(path) != signature and not self._take(path, signature):
                return

    def _take(self, path: Path, signature: Signature) -> bool:
        """Take one file; return False where no other would pass now either."""
        try:
            passage = self._pass_through(path, signature)
        except FileNotFoundError:
            return True  # its owner has taken it back
        except OSError as error:
            self._let_stay(path, signature, f"cannot be read: {error.strerror}")
            return True
        if passage is None:
            return True
        if passage.outcome in COMES_AGAIN:
            return False
        self._put_away(path, signature, passage)
        return True

    def _pass_through(self, path: Path, signature: Signature) -> Passage | None:
        """Return what became of a file; None where it is not the one that had settled."""
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb", buffering=0) as file:
            incoming = self._door.open(self._origin)
            try:
                while chunk := file.read(_CHUNK_BYTES):
                    incoming.write(chunk)
                if Signature.of(os.fstat(file.fileno())) == signature:
                    return incoming.finish()
            finally:
                incoming.discard()
        return None

    def _put_away(self, path: Path, signature: Signature, passage: Passage) -> None:
        answer = ANSWERS[passage.outcome]
        try:
            if answer.status != 0x0000:
                moved = self._move(path, REFUSED)
                write_durably(moved.with_name(f"{moved.name}.reason.txt"), _explain(passage).encode())
                fields = {"folder": self._settings.name, "code": passage.outcome.value}
                emit(logging.WARNING, FILE_REFUSED, f"{answer.comment}: moved to refused/ with its reason", **fields)
            elif self._settings.taken == "move":
                self._move(path, TAKEN)
            else:
                path.unlink()
        except FileNotFoundError:
            return  # its owner has taken it back
        except OSError as error:
            self._let_stay(path, signature, f"was dealt with, but cannot be put away: {error.strerror}")

    def _move(self, path: Path, kind: str) -> Path:
        """Move a file below `taken` or `refused`, and return where it is; nothing there is overwritten."""
        wanted = self._folder / kind / path.relative_to(self._folder)
        wanted.parent.mkdir(parents=True, exist_ok=True)
        target, number = wanted, 1
        while target.exists():
            number += 1
            target = wanted.with_name(f"{wanted.stem}.{number}{wanted.suffix}")
        os.replace(path, target)
        return target

    def _let_stay(self, path: Path, signature: Signature, why: str) -> None:
        """Leave a file alone until it changes or the node starts again; then it is a duplicate at worst."""
        self._stays[path] = signature
        fields = {"folder": self._settings.name}
        emit(logging.WARNING, FILE_STAYS, f"a file {why}; give this node's user the right to", **fields)

    def _note_readable(self, is_readable: bool, why: str = "") -> None:
        if is_readable == self._is_readable:
            return
        self._is_readable = is_readable
        if is_readable:
            emit(logging.INFO, READABLE, "the folder can be read again", folder=self._settings.name)
        else:
            emit(logging.WARNING, UNREADABLE, f"cannot be read: {why}; looking again", folder=self._settings.name)


def _explain(passage: Passage) -> str:
    """Return the reason file of a refused file."""
    answer = ANSWERS[passage.outcome]
    kept = "A copy is in the quarantine: `osteonode quarantine`." if answer.quarantined else "No copy was kept."
    return (
        f"{passage.outcome.value}: {answer.comment}.\n{kept}\n"
        f"docs/operations.md says under {passage.outcome.value} what to do. To try again, move the file back.\n"
    )
