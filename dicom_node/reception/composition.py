"""What receives from the network, put together: the same in the node's process and in one of its own."""

from functools import partial

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.ledger.commitment_requests import CommitmentRequests
from dicom_node.ledger.commitments import Commitments
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.performed_steps import StepBook
from dicom_node.pipeline import committing
from dicom_node.pipeline.workflow_starts import WorkflowStarts, lanes
from dicom_node.ports import Clock
from dicom_node.receive.commitment_scp import CommitmentScp
from dicom_node.receive.mpps_scp import MppsScp
from dicom_node.receive.receipt_counts import ReceiptCounts
from dicom_node.receive.sockets import Sockets
from dicom_node.receive.storage_scp import StorageScp


def make_scp(
    settings: Settings,
    engine: Engine,
    clock: Clock,
    model_set: str,
    counts: ReceiptCounts | None = None,
    sockets: Sockets | None = None,
) -> StorageScp:
    """Return the listener of a node, not started.

    Args:
        engine: the ledger's database, tables created.
        model_set: of the models that read what arrives.
        counts: told what becomes of what arrives; None where nobody asks.
        sockets: to listen on, beside other processes; by default, its own.
    """
    data = settings.node.data.resolve()
    starts = WorkflowStarts(engine, lanes(settings), model_set)
    keep_report = partial(committing.keep_report, Commitments(engine, starts), settings.destination, clock)
    services = (
        MppsScp(StepBook(engine, clock)),
        CommitmentScp(settings, keep_report, CommitmentRequests(engine, data), clock),
    )
    ledger = Ledger(engine, data, clock, starts)
    return StorageScp(settings, ledger, clock, data, services, counts, sockets=sockets)
