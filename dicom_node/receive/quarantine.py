"""Taking in what was put aside, by the checks for what has just arrived, whether the node runs or not."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Self

from config.settings import Settings
from dicom_node.durable_file import fsync_folder
from dicom_node.ports import Clock, InstanceLedger
from dicom_node.quarantine_ports import DiscardedFile, QuarantinedFile, QuarantineLedger
from dicom_node.receive.door import Door, Origin
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.statuses import ANSWERS, Outcome
from domain.errors import InterventionRefused
from domain.tier import Tier, lowest

_CHUNK_BYTES: Final = 1 << 20
_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of a file that was tried again.

    Attributes:
        outcome: as of an image that has just arrived.
        taken_in: it is out of quarantine, and recorded or known here.
    """

    outcome: Outcome
    taken_in: bool


class Quarantine:
    """What a person can do with files that were put aside.

    Args:
        folder: `quarantine` of the data folder.
        open_door: gives the door for files that were sent to one of our AE titles.
    """

    def __init__(self, folder: Path, open_door: Callable[[str], Door], ledger: QuarantineLedger, clock: Clock) -> None:
        self._folder, self._open_door, self._ledger, self._clock = folder, open_door, ledger, clock

    @classmethod
    def of_settings(
        cls, settings: Settings, ledger: InstanceLedger, quarantine: QuarantineLedger, clock: Clock
    ) -> Self:
        """Return the quarantine of a data folder; the limits that hold now are those of the configuration."""

        def open_door(called_ae_title: str) -> Door:
            tier_of = partial(_tier_of, settings, called_ae_title)
            return Door.of_settings(settings, ledger, clock, settings.node.data, tier_of=tier_of)

        return cls(Shelf(settings.node.data.resolve()).quarantine, open_door, quarantine, clock)

    def retry(self, number: int) -> Retried:
        """Take a file in again; where that fails it stays, under this number or, for another reason, a new one.

        Raises:
            InterventionRefused: there is no such number, or its file is gone.
            LedgerError: the ledger failed; the file stays.
            OSError: the file cannot be read; it stays.
        """
        file = self._find(number)
        with claimed(self._folder):
            outcome = self._offer(file)
            aside = ANSWERS[outcome].quarantined
            taken_in = ANSWERS[outcome].status == 0x0000 and not aside
            # The same reason gives the file the same name, and it lies there again; another reason, a new one.
            moved = aside and outcome.value != file.reason_code
            if taken_in or moved:
                self._drop(file)
        return Retried(outcome, taken_in)

    def discard(self, number: int, reason: str = "", by: str = "") -> None:
        """Remove a file for good; one that is gone already is forgotten.

        Args:
            reason, by: why, and who decided; kept in the ledger where a reason is given.

        Raises:
            InterventionRefused: there is no such number.
            ValueError: they are no words that can be kept; the file stays, and the message does not repeat them.
            LedgerError, OSError: it stays.
        """
        file = self._ledger.find(number)
        if file is None:
            raise InterventionRefused(f"nothing in quarantine has the number {number}", subject="quarantine")
        if not reason:
            self._drop(file)
            return
        discarded = DiscardedFile(
            number, file.reason_code, file.calling_ae_title, self._clock.now(), reason.strip(), by.strip()
        )
        self._remove(file)
        self._ledger.give_up(discarded)

    def _find(self, number: int) -> QuarantinedFile:
        file = self._ledger.find(number)
        if file is None:
            raise InterventionRefused(f"nothing in quarantine has the number {number}", subject="quarantine")
        if not file.path.is_file():
            why = f"the file of number {number} is gone; `osteonode quarantine discard {number}` forgets it"
            raise InterventionRefused(why, subject="quarantine")
        return file

    def _offer(self, file: QuarantinedFile) -> Outcome:
        incoming = self._open_door(file.called_ae_title).open(Origin(file.calling_ae_title, file.called_ae_title))
        try:
            with file.path.open("rb") as source:
                while chunk := source.read(_CHUNK_BYTES):
                    incoming.write(chunk)
        except OSError:
            incoming.discard()
            raise
        return incoming.finish().outcome

    def _drop(self, file: QuarantinedFile) -> None:
        self._remove(file)
        self._ledger.settle(file.number)

    def _remove(self, file: QuarantinedFile) -> None:
        # The file first: what dies between the two leaves a row that says so, and no file that nobody sees.
        file.path.unlink(missing_ok=True)
        fsync_folder(self._folder)


def _tier_of(settings: Settings, called_ae_title: str, calling_ae_title: str) -> Tier:
    """Return the lowest tier that any way in has agreed with a title: which way a file came is not kept with it."""
    folders = [way.tier for way in settings.folder if way.ae_title == calling_ae_title]
    clients = [way.tier for way in settings.http_client if way.ae_title == calling_ae_title]
    archives = [way.tier for way in settings.orthanc if way.ae_title == calling_ae_title]
    return lowest([*folders, *clients, *archives, settings.tier_of(calling_ae_title, called_ae_title)])


@contextmanager
def claimed(quarantine: Path) -> Iterator[None]:
    """Keep a search for files without a row from looking while somebody else takes files in."""
    descriptor = os.open(quarantine / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
