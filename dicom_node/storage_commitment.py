"""The messages of the Storage Commitment Push Model (PS3.4 Annex J), both ways, and what is answered to a report."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import UID

from domain.commitment import Item, Report

PUSH_MODEL: Final = "1.2.840.10008.1.20.1"
#: The one instance of the class that every request and report names (PS3.4 J.3.5).
PUSH_MODEL_INSTANCE: Final = "1.2.840.10008.1.20.1.1"
REQUEST_ACTION: Final = 1
ALL_COMMITTED, SOME_FAILED = 1, 2
#: Statuses of N-EVENT-REPORT and N-ACTION (PS3.7 10.1.1.1.8, 10.1.4.1.10, C).
SUCCESS, PROCESSING_FAILURE, NO_SUCH_INSTANCE = 0x0000, 0x0110, 0x0112
NO_SUCH_EVENT, INVALID_ARGUMENT, NO_SUCH_ACTION, NOT_AUTHORISED = 0x0113, 0x0115, 0x0123, 0x0124
#: More than this nobody has in a study; a longer list is taken for a fault.
MOST_ITEMS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """An N-ACTION: what shall be kept."""

    transaction_uid: str
    items: tuple[Item, ...]


def write_request(transaction_uid: str, items: Iterable[Item]) -> Dataset:
    """Return the Action Information of a request (PS3.4 Table J.3-1)."""
    ds = Dataset()
    ds.TransactionUID = transaction_uid
    ds.ReferencedSOPSequence = [_write_reference(item.sop_class_uid, item.sop_instance_uid) for item in items]
    return ds


def read_request(ds: Dataset) -> Request:
    """Return what a peer asks for.

    Raises:
        ValueError: there is no valid Transaction UID, or nothing valid is named.
    """
    references = list(ds.get("ReferencedSOPSequence") or ())
    if not 0 < len(references) <= MOST_ITEMS:
        raise ValueError("no Referenced SOP Sequence (0008,1199), or one of too many items")
    items = (Item(_uid(each, "ReferencedSOPClassUID"), _uid(each, "ReferencedSOPInstanceUID")) for each in references)
    return Request(_uid(ds, "TransactionUID"), tuple(items))


def write_report(request: Request, failed: Mapping[str, int]) -> tuple[int, Dataset]:
    """Return Event Type and Event Information of a report (PS3.4 Table J.3-2); `failed` has the Failure Reasons."""
    ds = Dataset()
    ds.TransactionUID = request.transaction_uid
    kept = [item for item in request.items if item.sop_instance_uid not in failed]
    if kept:
        ds.ReferencedSOPSequence = [_write_reference(item.sop_class_uid, item.sop_instance_uid) for item in kept]
    if failed:
        lost = [item for item in request.items if item.sop_instance_uid in failed]
        ds.FailedSOPSequence = [_write_failure(item, failed[item.sop_instance_uid]) for item in lost]
    return (SOME_FAILED if failed else ALL_COMMITTED), ds


def read_report(ds: Dataset) -> Report:
    """Return what a provider reports; of an instance that it names twice, the failure holds.

    Raises:
        ValueError: there is no valid Transaction UID, or an item without a UID.
    """
    failed = {
        _uid(each, "ReferencedSOPInstanceUID"): _failure_reason(each) for each in ds.get("FailedSOPSequence") or ()
    }
    kept = {_uid(each, "ReferencedSOPInstanceUID") for each in ds.get("ReferencedSOPSequence") or ()}
    return Report(_uid(ds, "TransactionUID"), frozenset(kept - failed.keys()), failed)


def answer_report(event_type: int | None, instance_uid: object, ds: Dataset, keep: Callable[[Report], bool]) -> int:
    """Let a report be kept and return the status of the N-EVENT-REPORT response.

    Args:
        keep: keeps it durably; False where it knows no such transaction.

    Raises:
        LedgerError: what `keep` raises.
    """
    if str(instance_uid) != PUSH_MODEL_INSTANCE:
        return NO_SUCH_INSTANCE
    if event_type not in (ALL_COMMITTED, SOME_FAILED):
        return NO_SUCH_EVENT
    try:
        report = read_report(ds)
    except ValueError:
        return INVALID_ARGUMENT
    return SUCCESS if keep(report) else INVALID_ARGUMENT


def _write_reference(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    return item


def _write_failure(item: Item, reason: int) -> Dataset:
    failed = _write_reference(item.sop_class_uid, item.sop_instance_uid)
    failed.FailureReason = reason
    return failed


def _failure_reason(item: Dataset) -> int:
    """Return a Failure Reason (0008,1197); a failure without one is a processing failure."""
    reason = item.get("FailureReason")
    return reason if isinstance(reason, int) and reason else PROCESSING_FAILURE


def _uid(ds: Dataset, keyword: str) -> str:
    value = str(ds.get(keyword) or "").strip()
    if not UID(value).is_valid:
        raise ValueError(f"{keyword} is missing or no UID")
    return value
