"""Storage commitment at our own door (PS3.4 Annex J): what archives report to us, on associations that they open.

An archive opens the association and is the SCP on it: it proposes that by SCP/SCU role selection (PS3.7 D.3.3.4).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import evt
from pynetdicom.presentation import PresentationContext

from dicom_node.receive import events
from dicom_node.storage_commitment import PROCESSING_FAILURE, PUSH_MODEL, answer_report
from domain.commitment import Report

_SYNTAXES: Final = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def commitment_context() -> PresentationContext:
    """Return the presentation context of the Push Model: the peer may be the SCP, as it is when it reports."""
    context = PresentationContext()
    context.abstract_syntax = PUSH_MODEL  # type: ignore[assignment]  # a UID is made of it
    context.transfer_syntax = list(_SYNTAXES)
    context.scu_role = context.scp_role = True
    return context


class CommitmentScp:
    """Takes reports; safe in any process that listens, for all that it knows is in the ledger (a DimseService).

    Args:
        keep_report: keeps a report durably; False where no such request was made.
    """

    def __init__(self, keep_report: Callable[[Report], bool]) -> None:
        self._keep_report = keep_report

    @property
    def contexts(self) -> Sequence[PresentationContext]:
        """The context of the Push Model."""
        return (commitment_context(),)

    @property
    def handlers(self) -> Sequence[tuple[Any, Callable[[evt.Event], Any]]]:
        """What answers its messages."""
        return ((evt.EVT_N_EVENT_REPORT, self._on_report),)

    def _on_report(self, event: evt.Event) -> tuple[int, None]:
        try:
            uid = event.request.AffectedSOPInstanceUID
            status = answer_report(event.event_type, uid, event.event_information, self._keep_report)
        except Exception as error:
            events.handler_failed(error)
            status = PROCESSING_FAILURE
        events.commitment_reported(status, event.assoc.requestor.ae_title.strip())
        return status, None
