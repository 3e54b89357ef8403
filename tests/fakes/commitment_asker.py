"""A modality that asks for storage commitment and takes the report, or does not, on loopback."""

import threading
from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import StorageCommitmentPushModel, Verification  # type: ignore[attr-defined]

from dicom_node.storage_commitment import PUSH_MODEL_INSTANCE, write_request
from domain.commitment import Item

LOOPBACK = "127.0.0.1"


class CommitmentAsker:
    """Listens for reports between `start` and `stop`.

    Args:
        statuses: of the answers to the first reports; later ones are taken.
        takes: whether it supports the class at all where it listens.
    """

    def __init__(self, title: str = "MODALITY", statuses: Sequence[int] = (), *, takes: bool = True) -> None:
        self.title, self._statuses, self._takes = title, list(statuses), takes
        self.reports: list[tuple[int, Dataset]] = []
        self.callers: list[str] = []
        self.came = threading.Event()

    def start(self, port: int = 0) -> int:
        """Listen and return the port."""
        ae = AE(self.title)
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 5
        ae.add_supported_context(StorageCommitmentPushModel if self._takes else Verification)
        for context in ae.supported_contexts:
            context.scu_role, context.scp_role = False, True
        handlers = [(evt.EVT_N_EVENT_REPORT, self._on_report)]
        self._server = ae.start_server((LOOPBACK, port), block=False, evt_handlers=handlers)
        return int(self._server.server_address[1])

    def stop(self) -> None:
        self._server.shutdown()

    def ask(self, port: int, transaction_uid: str, items: Sequence[tuple[str, str]], **options: Any) -> int:
        """Ask a node to commit and return the status; `ds`, `action` and `instance` take the place of what is right."""
        ds = options.get("ds") or write_request(transaction_uid, [Item(*item) for item in items])
        ae = AE(self.title)
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 5
        ae.add_requested_context(StorageCommitmentPushModel)
        assoc = ae.associate(LOOPBACK, port, ae_title="OSTEONODE", bind_address=(LOOPBACK, 0))
        instance = options.get("instance", PUSH_MODEL_INSTANCE)
        status, _reply = assoc.send_n_action(ds, options.get("action", 1), StorageCommitmentPushModel, instance)
        assoc.release()
        return int(status.Status)

    def _on_report(self, event: Any) -> tuple[int, None]:
        self.reports.append((event.event_type, event.event_information))
        self.callers.append(event.assoc.requestor.ae_title.strip())
        self.came.set()
        return (self._statuses.pop(0) if self._statuses else 0), None
