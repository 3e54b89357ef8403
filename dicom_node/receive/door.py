"""The one door for whole files: what does not come over an association is checked, kept and recorded like what does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Self

from pydicom.uid import UID

from config.image_classes import uids_of
from config.settings import Settings
from dicom_node.ports import Clock, InstanceLedger
from dicom_node.receive import events
from dicom_node.receive.contexts import (
    COMPRESSED_TRANSFER_SYNTAXES,
    NATIVE_TRANSFER_SYNTAXES,
    STORAGE_SOP_CLASSES,
    undecodable,
)
from dicom_node.receive.header import Header, is_uid, read_header
from dicom_node.receive.incoming import IncomingDataSet, Spool
from dicom_node.receive.part10 import LONGEST_HEAD_BYTES, Head, decode_head, encode_head
from dicom_node.receive.receipt_counts import Tally, count_nothing
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.statuses import ANSWERS, Outcome, Refused
from dicom_node.receive.storing import StoreRequest, Storing
from domain.tier import Tier, lowest

_MIB: Final = 1 << 20
#: Outcomes that say nothing about the file: the same one may pass later.
COMES_AGAIN: Final = frozenset(
    {
        Outcome.DISK_HIGH_WATER,
        Outcome.DISK_FAILED,
        Outcome.LEDGER_FULL,
        Outcome.LEDGER_FAILED,
        Outcome.STOPPING,
        Outcome.PROCESSING_FAILURE,
    }
)
_NOTHING: Final = Head("", "", "", 0)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from.

    Attributes:
        calling_ae_title: which the configuration gives this source; kept with the instance like that of an association.
        study_instance_uid: that the sender announced; empty where it announced none.
        sop_class_uids: that are taken from it.
    """

    calling_ae_title: str
    called_ae_title: str
    study_instance_uid: str = ""
    sop_class_uids: frozenset[str] = frozenset(STORAGE_SOP_CLASSES)


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of one file.

    Attributes:
        sop_class_uid: as far as the file says one that is a UID, else empty; so is `sop_instance_uid`.
    """

    outcome: Outcome
    sop_class_uid: str = ""
    sop_instance_uid: str = ""


class Door:
    """Takes Part 10 files (PS3.10 7) in, whichever way they come.

    Args:
        storing: checks, keeps and records.
        spool: where data sets go while they arrive.
        sop_class_uids: that are taken from anybody.
        tally: told what became of each file.
    """

    def __init__(
        self, storing: Storing, spool: Spool, sop_class_uids: frozenset[str], tally: Tally = count_nothing
    ) -> None:
        self._storing, self._spool, self._sop_class_uids, self._tally = storing, spool, sop_class_uids, tally
        self._had_room = True
        self._syntaxes = {*NATIVE_TRANSFER_SYNTAXES, *COMPRESSED_TRANSFER_SYNTAXES} - set(undecodable())

    @classmethod
    def of_settings(
        cls,
        settings: Settings,
        ledger: InstanceLedger,
        clock: Clock,
        folder: Path,
        *,
        tier_of: Callable[[str], Tier],
        tally: Tally = count_nothing,
    ) -> Self:
        """Return the door to the data folder `folder`; limits and rules of the node's title are those of C-STORE."""
        entity = settings.entity_of(settings.node.ae_title)
        most_told = entity.tier if entity else Tier.FULL
        most_bytes = settings.limits.data_set_mib * _MIB
        shelf = Shelf(folder.resolve())
        shelf.prepare()
        spool = Spool(_folder(folder), most_bytes=most_bytes, free_bytes=settings.limits.free_disk_mib * _MIB)
        spool.folder.mkdir(exist_ok=True)
        storing = Storing(
            shelf,
            ledger,
            clock,
            most_bytes=most_bytes,
            tier_of=lambda calling, _called: lowest((tier_of(calling), most_told)),
        )
        return cls(storing, spool, uids_of(entity.sop_classes if entity else ()), tally)

    def has_room(self) -> bool:
        """Return whether the volume is below its high-water mark; where it is not, every file would be refused.

        That files wait is said once, and so is that they wait no more.
        """
        has_room = self._spool.has_room()
        if has_room != self._had_room:
            self._had_room = has_room
            events.room_changed(has_room)
        return has_room

    def open(self, origin: Origin) -> "IncomingFile":
        """Return what takes the bytes of one file."""
        return IncomingFile(self._storing, self._spool, origin, partial(self._refuse, origin), self._tally)

    def _refuse(self, origin: Origin, head: Head) -> Refused | None:
        """Return why a file of this head is not for this node: what a presentation context settles elsewhere."""
        if head.sop_class_uid and head.sop_class_uid not in origin.sop_class_uids & self._sop_class_uids:
            why = "not among its sop_classes" if head.sop_class_uid in STORAGE_SOP_CLASSES else "no plain radiograph"
            return Refused(Outcome.CLASS_UNSUPPORTED, f"SOP class {head.sop_class_uid}: {why}")
        if head.transfer_syntax_uid not in self._syntaxes:
            return Refused(Outcome.SYNTAX_UNSUPPORTED, f"transfer syntax {head.transfer_syntax_uid}")
        return None


def sweep(folder: Path) -> int:
    """Remove what a crash left of files that came through a door of a data folder; return how many that were.

    Only before the first door is opened.
    """
    return Spool(_folder(folder), most_bytes=0, free_bytes=0).sweep()


def _folder(data: Path) -> Path:
    # Apart from what associations bring: their process sweeps its own folder whenever it starts.
    return data.resolve() / "incoming" / "files"


class IncomingFile:
    """One file on its way in: `write` its bytes, then `finish`, or `discard` where the rest does not come.

    Memory holds the head alone; the data set goes to disk as it comes, under a head of our own.
    """

    def __init__(
        self,
        storing: Storing,
        spool: Spool,
        origin: Origin,
        refuse: Callable[[Head], Refused | None],
        tally: Tally = count_nothing,
    ) -> None:
        self._storing, self._spool, self._origin, self._refuse = storing, spool, origin, refuse
        self._tally = tally
        self._beginning = bytearray()
        self._head: Head | None = None
        self._refusal: Refused | None = None
        self._incoming = IncomingDataSet(spool, bytes)

    def write(self, data: bytes) -> None:
        """Take the next bytes of the file; never raises for what they are or for the disk."""
        if self._head is not None:
            self._write_data_set(data)
            return
        self._beginning += data
        if len(self._beginning) >= LONGEST_HEAD_BYTES:
            self._begin()

    def finish(self) -> Passage:
        """Return what became of the file; when that is a success it is durable and recorded."""
        if self._head is None:
            self._begin()
        request = self._request(self._complete(self._head or _NOTHING))
        outcome = self._storing.store(request, self._incoming, self._refusal)
        self._tally(self._origin.calling_ae_title, outcome)
        return Passage(outcome, request.sop_class_uid, request.sop_instance_uid)

    def discard(self) -> None:
        """Drop what came; nothing of it stays."""
        self._incoming.close()
        self._beginning.clear()

    def _begin(self) -> None:
        beginning = bytes(self._beginning)
        self._beginning.clear()
        try:
            self._head = decode_head(beginning)
            self._refusal = self._refuse(self._head)
            self._incoming = IncomingDataSet(self._spool, partial(self._encode_head, self._head))
        except Refused as refusal:  # kept as it came, for a person to see
            self._head, self._refusal = _NOTHING, refusal
        self._write_data_set(beginning[self._head.data_set_offset :])

    def _write_data_set(self, data: bytes) -> None:
        # What nobody will look at is not written: an object of another kind may be large.
        if data and (self._refusal is None or ANSWERS[self._refusal.outcome].quarantined):
            self._incoming.write(data)

    def _complete(self, head: Head) -> Head:
        """Return a head that says class and instance: where it does not, what the data set says."""
        if self._refusal is not None or self._incoming.path is None or (head.sop_class_uid and head.sop_instance_uid):
            return head
        try:
            found = self._read_header(self._incoming.path, UID(head.transfer_syntax_uid))
        except Refused as refusal:
            self._refusal = refusal
            return head
        sop_class_uid = found.sop_class_uid if is_uid(found.sop_class_uid) else ""
        completed = Head(
            head.transfer_syntax_uid,
            head.sop_class_uid or sop_class_uid,
            head.sop_instance_uid or found.sop_instance_uid,
            head.data_set_offset,
        )
        self._refusal = self._refuse(completed)
        return completed

    def _read_header(self, path: Path, transfer_syntax_uid: UID) -> Header:
        return read_header(path, self._incoming.data_set_offset, transfer_syntax_uid, self._spool.most_bytes)

    def _request(self, head: Head) -> StoreRequest:
        return StoreRequest(
            sop_class_uid=head.sop_class_uid,
            sop_instance_uid=head.sop_instance_uid,
            abstract_syntax_uid=head.sop_class_uid,
            transfer_syntax_uid=head.transfer_syntax_uid,
            calling_ae_title=self._origin.calling_ae_title,
            called_ae_title=self._origin.called_ae_title,
            study_instance_uid=self._origin.study_instance_uid,
        )

    def _encode_head(self, head: Head) -> bytes:
        return encode_head(
            sop_class_uid=head.sop_class_uid,
            sop_instance_uid=head.sop_instance_uid,
            transfer_syntax_uid=head.transfer_syntax_uid,
            calling_ae_title=self._origin.calling_ae_title,
            called_ae_title=self._origin.called_ae_title,
        )
