"""Asks an archive to commit to what it was sent: N-ACTION as SCU (PS3.4 J.3.2)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset
from pynetdicom import evt
from pynetdicom.association import Association

from config.settings import Destination
from dicom_node.deliver.association import request
from dicom_node.storage_commitment import (
    PROCESSING_FAILURE,
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    REQUEST_ACTION,
    answer_report,
    write_request,
)
from domain.commitment import Commitment, Report
from domain.delivery import Outcome
from domain.errors import OsteonodeError

#: What a failure of N-ACTION means (PS3.7 10.1.4.1.10): for good, or worth another try.
_REFUSED: Final = frozenset({0x0112, 0x0114, 0x0118, 0x0119, 0x0122, 0x0123, 0x0124, 0x0211, 0x0212})


@dataclass(frozen=True, slots=True)
class Asked:
    """How a request ended: DELIVERED where the provider has taken it."""

    outcome: Outcome
    explanation: str = ""


def provider_of(destination: Destination) -> Destination:
    """Return who commits to what a destination was sent, in the form that associations are opened with."""
    provider = destination.commitment_provider
    called = {
        "ae_title": provider.ae_title or destination.ae_title,
        "host": provider.host or destination.host,
        "port": provider.port or destination.port,
    }
    return destination.model_copy(update=called)


class CommitmentScu:
    """Asks the provider of one destination.

    Args:
        settings: a destination of kind `dicom` with `commitment`.
        keep: keeps a report that comes on our own association; False where it knows no such transaction.
    """

    def __init__(self, settings: Destination, node_ae_title: str, keep: Callable[[Report], bool]) -> None:
        self._settings = provider_of(settings)
        self._linger_seconds = settings.commitment_provider.linger_seconds
        self._node_ae_title = node_ae_title
        self._keep = keep

    def ask(self, commitment: Commitment) -> Asked:
        """Ask for what is outstanding of a commitment; never raises for what the network or the peer does."""
        with request(self._settings, self._node_ae_title, [PUSH_MODEL]) as negotiation:
            if negotiation.association is None or not (negotiation.established or negotiation.answered):
                return Asked(negotiation.outcome, negotiation.explain())
            if PUSH_MODEL not in negotiation.accepted:
                return Asked(
                    Outcome.REFUSED, f"{self._settings.ae_title} does not accept storage commitment: {_ADVICE}"
                )
            reported = threading.Event()
            negotiation.association.bind(evt.EVT_N_EVENT_REPORT, self._on_report, [reported])
            asked = _send(negotiation.association, commitment)
            if asked is None:
                negotiation.course.broken = True
                return Asked(Outcome.RETRY, f"no answer to N-ACTION: {negotiation.explain()}")
            if asked.outcome is Outcome.DELIVERED:
                reported.wait(self._linger_seconds)
            return asked

    def _on_report(self, event: evt.Event, reported: threading.Event) -> tuple[int, None]:
        """Answer a report that comes on the association of the request (PS3.4 J.3.3)."""
        try:
            uid = getattr(event.request, "AffectedSOPInstanceUID", "")
            status = answer_report(event.event_type, uid, event.event_information, self._keep)
        except OsteonodeError:
            status = PROCESSING_FAILURE  # the provider reports again, or we ask again
        reported.set()
        return status, None


_ADVICE: Final = "enable it there, or set commitment = false for this destination"


def _send(association: Association, commitment: Commitment) -> Asked | None:
    """Send the request and return how it ended; None where the association broke or no answer came in time."""
    ds = write_request(commitment.transaction_uid, commitment.outstanding)
    try:
        answer, _reply = association.send_n_action(ds, REQUEST_ACTION, PUSH_MODEL, PUSH_MODEL_INSTANCE)
    except RuntimeError:  # pynetdicom's word for an association that ended since we looked
        return None
    return _interpret(answer)


def _interpret(answer: Dataset) -> Asked | None:
    if "Status" not in answer:
        return None
    status = int(answer.Status)
    if status == 0 or 0xB000 <= status <= 0xBFFF:
        return Asked(Outcome.DELIVERED)
    outcome = Outcome.REFUSED if status in _REFUSED else Outcome.RETRY
    return Asked(outcome, f"the provider answered N-ACTION with 0x{status:04X}; look in its log for the reason")
