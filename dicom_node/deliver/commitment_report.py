"""Reports to a modality what this node keeps: N-EVENT-REPORT on an association of our own, as SCP (PS3.4 J.3.3)."""

from typing import Final

from pydicom.dataset import Dataset
from pynetdicom import evt

from config.settings import Destination
from dicom_node.deliver.association import Negotiation, StorageRole, request
from dicom_node.deliver.dicom_objects import TRANSFER_SYNTAXES
from dicom_node.storage_commitment import PUSH_MODEL, PUSH_MODEL_INSTANCE
from domain.delivery import Outcome

_NO_STORAGE: Final = 0x0122
_ADVICE: Final = "let it accept the Storage Commitment Push Model with this node as the SCP (SCP/SCU role selection)"


def send_report(peer: Destination, node_ae_title: str, event_type: int, ds: Dataset) -> tuple[Outcome, str]:
    """Send one report; return how it ended, and in words why it was not taken.

    Never raises for what the network or the peer does.
    """
    with request(peer, node_ae_title, (), reporting_role()) as negotiation:
        if negotiation.association is None or not (negotiation.established or negotiation.answered):
            return negotiation.outcome, negotiation.explain()
        if PUSH_MODEL not in negotiation.accepted:
            return Outcome.REFUSED, f"{peer.ae_title} takes no reports: {_ADVICE}"
        return _send(negotiation, peer, event_type, ds)


def reporting_role() -> StorageRole:
    """Return what is proposed to report: the Push Model, with this node as its SCP."""
    return StorageRole((PUSH_MODEL,), tuple(map(str, TRANSFER_SYNTAXES)), _refuse_images)


def _send(negotiation: Negotiation, peer: Destination, event_type: int, ds: Dataset) -> tuple[Outcome, str]:
    if negotiation.association is None:
        return Outcome.RETRY, negotiation.explain()
    try:
        answer, _reply = negotiation.association.send_n_event_report(ds, event_type, PUSH_MODEL, PUSH_MODEL_INSTANCE)
    except ValueError:  # pynetdicom's word for a context in which we are not the SCP
        return Outcome.REFUSED, f"{peer.ae_title} takes no reports: {_ADVICE}"
    except RuntimeError:  # its word for an association that ended since we looked
        return Outcome.RETRY, negotiation.explain()
    if "Status" not in answer:
        negotiation.course.broken = True
        return Outcome.RETRY, f"no answer to the report: {negotiation.explain()}"
    status = int(answer.Status)
    return (Outcome.DELIVERED, "") if status == 0 else (Outcome.RETRY, f"the report was answered with 0x{status:04X}")


def _refuse_images(_event: evt.Event) -> int:
    return _NO_STORAGE
