"""Reports on what modalities asked us to commit to: each pass sends what is due. It remembers nothing."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from pydicom.dataset import Dataset

from config.settings import Destination, Settings
from dicom_node.pipeline.failures import jittered_seconds
from dicom_node.ports import Chance, Clock
from dicom_node.storage_commitment import Request, write_report
from domain.commitment_request import CommitmentRequest
from domain.delivery import Outcome

INTERVAL_SECONDS: Final = 1.0
NOT_CONFIGURED: Final = "this sender has no [sender.commitment] any more"
_log = logging.getLogger(__name__)

#: Sends a report to a peer under a title of ours: outcome, and why it was not taken.
Send = Callable[[Destination, str, int, Dataset], tuple[Outcome, str]]


class Book(Protocol):
    """The part of the ledger that reporting needs; see dicom_node/ledger/commitment_requests.py."""

    def due(self, now: datetime) -> Sequence[CommitmentRequest]:
        """Return the requests whose report has to go now."""
        ...

    def judge(self, request: CommitmentRequest) -> Mapping[str, int]:
        """Return what of a request is not kept, with the Failure Reason."""
        ...

    def end(
        self, request: CommitmentRequest, now: datetime, *, explanation: str = "", retry_at: datetime | None = None
    ) -> None:
        """Keep how a report ended."""
        ...


@dataclass(frozen=True, slots=True)
class Reporting:
    """What reporting works with."""

    settings: Settings
    book: Book
    send: Send
    clock: Clock
    chance: Chance


def report_due(work: Reporting) -> int:
    """Send every report that is due; return how many were taken. A peer that is not there is tried once in a pass."""
    taken, away = 0, set[tuple[str, str]]()
    for request in work.book.due(work.clock.now()):
        peer = request.calling_ae_title, request.address
        if peer not in away:
            outcome = _report(work, request)
            taken += outcome is Outcome.DELIVERED
            away |= {peer} if outcome is Outcome.RETRY else set()
    return taken


def _report(work: Reporting, request: CommitmentRequest) -> Outcome:
    """Send one report. What it says is looked up now, so that it is true when it goes."""
    peer = _find_peer(work.settings, request)
    if peer is None:
        work.book.end(request, work.clock.now(), explanation=NOT_CONFIGURED)
        return Outcome.REFUSED
    failed = work.book.judge(request)
    event_type, ds = write_report(Request(request.transaction_uid, request.items), failed)
    outcome, explanation = work.send(peer, request.called_ae_title, event_type, ds)
    wait_seconds = None
    if outcome is Outcome.RETRY:
        wait_seconds = jittered_seconds(request.attempts + 1, peer.retry, work.chance)
    now = work.clock.now()
    retry_at = None if wait_seconds is None else now + timedelta(seconds=wait_seconds)
    work.book.end(request, now, explanation=explanation, retry_at=retry_at)
    _note(request, len(failed), outcome, explanation)
    return outcome


def _find_peer(settings: Settings, request: CommitmentRequest) -> Destination | None:
    key = settings.title_key(request.calling_ae_title)
    senders = sorted(settings.sender, key=lambda each: settings.title_key(each.ae_title) != key)  # "*" comes last
    fitting = (each for each in senders if settings.title_key(each.ae_title) == key or each.is_anyone)
    reports = next((each.commitment for each in fitting if each.commitment is not None), None)
    if reports is None:
        return None
    return reports.peer(request.calling_ae_title, request.called_ae_title, request.address)


def _note(request: CommitmentRequest, failed: int, outcome: Outcome, explanation: str) -> None:
    level = logging.INFO if outcome is Outcome.DELIVERED else logging.WARNING
    said = (request.transaction_uid, request.calling_ae_title, len(request.items) - failed, len(request.items))
    _log.log(level, "commitment %s for %s: %d of %d kept: report %s %s", *said, outcome, explanation)
