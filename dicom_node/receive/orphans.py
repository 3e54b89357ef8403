"""Files on the shelf that the ledger does not know: the node died between the file and the row.

An image without a row was never acknowledged, so its sender still has it. It is not taken in unasked: what the sender
has corrected meanwhile must not be refused because of what it never got an answer to. A person sees it in quarantine.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info

from dicom_node.ports import InstanceLedger
from dicom_node.quarantine_ports import QuarantineLedger
from dicom_node.receive import events
from dicom_node.receive.quarantine import claimed
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.statuses import Outcome
from domain.instance import HEADER_ONLY_SUFFIX

_AT_ONCE: Final = 500
_CODES: Final = {outcome.value.lower(): outcome.value for outcome in Outcome}
REASON: Final = "whole on disk, but the node stopped before it was recorded: its sender was not told that it is safe"
UNLISTED: Final = "put aside, but the node stopped before the reason in words was recorded"


def put_orphans_aside(shelf: Shelf, quarantine: QuarantineLedger, ledger: InstanceLedger) -> int:
    """Show files without a row in the quarantine, and return how many; to be called while nothing is received.

    Raises:
        LedgerError: some were left where they are; the next call finds them. OSError likewise.
    """
    shelf.prepare()
    with claimed(shelf.quarantine):
        found = 0
        for paths in _batches(path for path in shelf.instances.glob("*/*/*.dcm") if _is_image(path)):
            for path in sorted(quarantine.unrecorded(paths)):
                found += 1
                _move_aside(path, shelf, ledger)
        for paths in _batches(shelf.quarantine.glob("*.dcm")):
            for path in sorted(quarantine.unlisted(paths)):
                found += 1
                _list(path, ledger, _CODES.get(path.name.split(".")[-2], Outcome.UNRECORDED.value), UNLISTED)
    if found:
        events.orphans_found(found)
    return found


def _is_image(path: Path) -> bool:
    """Return whether this is the file of an image: `SOP-INSTANCE-UID.DIGEST.dcm`, and not its header alone."""
    return not path.name.endswith(HEADER_ONLY_SUFFIX) and path.name.count(".") >= 2


def _move_aside(path: Path, shelf: Shelf, ledger: InstanceLedger) -> None:
    sop_instance_uid, digest, _suffix = path.name.rsplit(".", 2)
    target = shelf.move_aside(path, sop_instance_uid, digest, Outcome.UNRECORDED)
    _list(target, ledger, Outcome.UNRECORDED.value, REASON)


def _list(path: Path, ledger: InstanceLedger, reason_code: str, reason: str) -> None:
    calling, called = _titles(path)
    ledger.quarantine(path, reason_code=reason_code, reason=reason, calling_ae_title=calling, called_ae_title=called)


def _titles(path: Path) -> tuple[str, str]:
    """Return calling and called AE title, as our own head of the file says them."""
    try:
        meta = read_file_meta_info(path)
        titles = meta.get("SourceApplicationEntityTitle", ""), meta.get("ReceivingApplicationEntityTitle", "")
    except (InvalidDicomError, AttributeError, EOFError, ValueError, TypeError, KeyError, NotImplementedError):
        return "", ""
    return str(titles[0])[:16], str(titles[1])[:16]


def _batches(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while batch := list(islice(paths, _AT_ONCE)):
        yield batch
