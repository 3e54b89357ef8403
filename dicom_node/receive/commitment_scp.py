"""Storage commitment at our own door (PS3.4 Annex J): what archives report to us, and what modalities ask of us.

An archive that reports opens the association and is the SCP on it: it proposes that by SCP/SCU role selection (PS3.7
D.3.3.4). A modality that asks is the SCU, as by default. Both come in by the same presentation context.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import evt
from pynetdicom.presentation import PresentationContext

from config.settings import Settings
from dicom_node.ports import Clock
from dicom_node.receive import events
from dicom_node.receive.peers import AssociationRequest, find_sender
from dicom_node.storage_commitment import (
    INVALID_ARGUMENT,
    NO_SUCH_ACTION,
    NO_SUCH_INSTANCE,
    NOT_AUTHORISED,
    PROCESSING_FAILURE,
    PUSH_MODEL,
    PUSH_MODEL_INSTANCE,
    REQUEST_ACTION,
    SUCCESS,
    answer_report,
    read_request,
)
from domain.commitment import Item, Report

_SYNTAXES: Final = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


class RequestBook(Protocol):
    """Keeps what modalities ask; see dicom_node/ledger/commitment_requests.py."""

    def keep(
        self,
        transaction_uid: str,
        items: Sequence[Item],
        *,
        calling_ae_title: str,
        called_ae_title: str,
        address: str,
        now: Any,
    ) -> None:
        """Keep a request durably."""
        ...


def commitment_context() -> PresentationContext:
    """Return the presentation context of the Push Model: the peer may be SCU, and SCP as it is when it reports."""
    context = PresentationContext()
    context.abstract_syntax = UID(PUSH_MODEL)
    context.transfer_syntax = list(_SYNTAXES)
    context.scu_role = context.scp_role = True
    return context


class CommitmentScp:
    """Takes reports and requests; safe in any process that listens, for all that it knows is in the ledger.

    Args:
        settings: say which sender may ask.
        keep_report: keeps a report durably; False where no such request was made.
        requests: keeps what is asked.
    """

    def __init__(
        self, settings: Settings, keep_report: Callable[[Report], bool], requests: RequestBook, clock: Clock
    ) -> None:
        self._settings, self._keep_report, self._requests, self._clock = settings, keep_report, requests, clock

    @property
    def contexts(self) -> Sequence[PresentationContext]:
        """The context of the Push Model."""
        return (commitment_context(),)

    @property
    def handlers(self) -> Sequence[tuple[Any, Callable[[evt.Event], Any]]]:
        """What answers its messages."""
        return ((evt.EVT_N_EVENT_REPORT, self._on_report), (evt.EVT_N_ACTION, self._on_request))

    def _on_report(self, event: evt.Event) -> tuple[int, None]:
        try:
            uid = getattr(event.request, "AffectedSOPInstanceUID", "")
            status = answer_report(event.event_type, uid, event.event_information, self._keep_report)
        except Exception as error:
            events.handler_failed(error)
            status = PROCESSING_FAILURE
        events.commitment_reported(status, event.assoc.requestor.ae_title.strip())
        return status, None

    def _on_request(self, event: evt.Event) -> tuple[int, None]:
        try:
            status = self._keep_request(event)
        except Exception as error:
            events.handler_failed(error)
            status = PROCESSING_FAILURE
        events.commitment_asked(status, event.assoc.requestor.ae_title.strip())
        return status, None

    def _keep_request(self, event: evt.Event) -> int:
        """Keep a request and return the status of its answer (PS3.7 10.1.4.1.10)."""
        if event.action_type != REQUEST_ACTION:
            return NO_SUCH_ACTION
        if str(getattr(event.request, "RequestedSOPInstanceUID", "")) != PUSH_MODEL_INSTANCE:
            return NO_SUCH_INSTANCE
        peer = _describe(event)
        sender = find_sender(peer, self._settings)
        if sender is None or sender.commitment is None:
            return NOT_AUTHORISED
        try:
            asked = read_request(event.action_information)
        except ValueError:
            return INVALID_ARGUMENT
        self._requests.keep(
            asked.transaction_uid,
            asked.items,
            calling_ae_title=peer.calling_ae_title.strip(),
            called_ae_title=peer.called_ae_title.strip(),
            address=peer.address,
            now=self._clock.now(),
        )
        return SUCCESS


def _describe(event: evt.Event) -> AssociationRequest:
    """Return who asks; that it came over TLS where it must, admission has seen to."""
    primitive = event.assoc.requestor.primitive
    return AssociationRequest(
        calling_ae_title=primitive.calling_ae_title if primitive else "",
        called_ae_title=primitive.called_ae_title if primitive else "",
        address=event.assoc.requestor.address,
        encrypted=True,
    )
