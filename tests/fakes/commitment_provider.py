"""An archive's commitment provider, as well- or ill-behaved as a test wants, on loopback."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, build_role, evt
from pynetdicom.sop_class import StorageCommitmentPushModel  # type: ignore[attr-defined]

from dicom_node.storage_commitment import PUSH_MODEL_INSTANCE

LOOPBACK = "127.0.0.1"


@dataclass
class CommitmentProvider:
    """Answers N-ACTION; `report` sends what a test wants, when and how it wants.

    Attributes:
        status: of the N-ACTION response.
        on_same: reports on the association of the request, at once, with everything kept.
    """

    title: str = "ARCHIVE"
    status: int = 0
    on_same: bool = False
    requests: list[Dataset] = field(default_factory=list)

    def start(self) -> int:
        """Listen on a free port and return it."""
        ae = AE(self.title)
        ae.add_supported_context(StorageCommitmentPushModel)
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 5
        self._server = ae.start_server((LOOPBACK, 0), block=False, evt_handlers=[(evt.EVT_N_ACTION, self._on_action)])
        return int(self._server.server_address[1])

    def stop(self) -> None:
        self._server.shutdown()

    def _on_action(self, event: Any) -> tuple[int, None]:
        self.requests.append(event.action_information)
        if self.on_same:
            threading.Thread(target=self._report_on, args=(event.assoc, event.action_information)).start()
        return self.status, None

    def _report_on(self, assoc: Any, asked: Dataset) -> None:
        time.sleep(0.2)  # until the response to the N-ACTION has left
        send_report(assoc, report_of(asked))


def report_of(asked: Dataset, **failed: int) -> Dataset:
    """Return a report on a request; `failed` names items by their place: `_0=0x0112`."""
    ds = Dataset()
    ds.TransactionUID = asked.TransactionUID
    items = list(asked.ReferencedSOPSequence)
    lost = {int(name[1:]): reason for name, reason in failed.items()}
    ds.ReferencedSOPSequence = [item for place, item in enumerate(items) if place not in lost]
    ds.FailedSOPSequence = [_fail(items[place], reason) for place, reason in lost.items()]
    return ds


def _fail(item: Dataset, reason: int) -> Dataset:
    failed = Dataset()
    failed.ReferencedSOPClassUID = item.ReferencedSOPClassUID
    failed.ReferencedSOPInstanceUID = item.ReferencedSOPInstanceUID
    failed.FailureReason = reason
    return failed


def send_report(assoc: Any, report: Dataset, event_type: int = 0, instance: str = PUSH_MODEL_INSTANCE) -> int:
    """Send a report and return the status of the answer."""
    kind = event_type or (2 if report.get("FailedSOPSequence") else 1)
    status, _reply = assoc.send_n_event_report(report, kind, StorageCommitmentPushModel, instance)
    return int(status.Status)


def call_and_report(
    port: int,
    reports: Sequence[Dataset],
    *,
    calling: str = "ARCHIVE",
    called: str = "OSTEONODE",
    send: Callable[[Any, Dataset], int] = send_report,
) -> list[int] | None:
    """Open an association as the SCP of the class, send reports on it and return the answers; None where refused."""
    ae = AE(calling)
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 5
    ae.add_requested_context(StorageCommitmentPushModel)
    role = build_role(StorageCommitmentPushModel, scu_role=False, scp_role=True)
    assoc = ae.associate(LOOPBACK, port, ae_title=called, ext_neg=[role], bind_address=(LOOPBACK, 0))
    if not assoc.is_established:
        return None
    answers = [send(assoc, each) for each in reports]
    assoc.release()
    return answers
