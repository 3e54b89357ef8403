"""A storage SCP on a free loopback port, with a ledger in memory, and senders for it."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from pynetdicom.ae import ApplicationEntity
from pynetdicom.association import Association
from pynetdicom.dimse_messages import C_STORE_RQ
from pynetdicom.dimse_primitives import C_STORE

from config.settings import ListenerTls, Settings
from dicom_node.deliver.reactor_gate import ReactorGate
from dicom_node.receive.dimse_service import DimseService
from dicom_node.receive.storage_scp import StorageScp
from tests.fakes.clock import FakeClock
from tests.fakes.instance_ledger import FakeInstanceLedger
from tests.fakes.radiographs import encode_data_set

LOOPBACK = "127.0.0.1"
SENDERS = ({"ae_title": "MOD1"}, {"ae_title": "MOD2"}, {"ae_title": "FAR", "address": "127.0.0.2"})


class StorageNode:
    """A running storage SCP.

    Args:
        folder: its data folder.
        services: what else is served on its port.
        tables: other tables of the configuration, or these in place of those that it has here.
        tls: the second listener, where there is one.
        limits: keys of the section `limits`.
    """

    def __init__(
        self,
        folder: Path,
        services: Sequence[DimseService] = (),
        *,
        tables: Mapping[str, Any] | None = None,
        tls: ListenerTls | None = None,
        **limits: Any,
    ) -> None:
        limits = {"free_disk_mib": 1, "idle_seconds": 30.0, **limits}
        values = {"node": {"port": 0}, "sender": SENDERS, "limits": limits, "tls": tls, **(tables or {})}
        self.settings = Settings.model_validate(values)
        self.folder, self.ledger = folder, FakeInstanceLedger()
        self.scp = StorageScp(self.settings, self.ledger, FakeClock(), folder, services)

    def __enter__(self) -> "StorageNode":
        self.scp.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.scp.stop(grace_seconds=2.0)

    def files(self, folder: str) -> list[Path]:
        """Return the files below `incoming`, `instances` or `quarantine`."""
        return sorted(path for path in (self.folder / folder).rglob("*") if path.is_file())

    def run_dcmtk(
        self,
        program: str,
        *arguments: str | Path,
        calling: str = "MOD1",
        called: str = "OSTEONODE",
        tls: Sequence[str | Path] | None = None,
    ) -> str:
        """Run echoscu or storescu against the node; return its output, with its exit status at the end.

        Args:
            tls: options for the TLS port; None calls the plain one.
        """
        address = [LOOPBACK, str(self.scp.port if tls is None else self.scp.tls_port)]
        options = [argument for argument in arguments if str(argument).startswith(("-", "+"))]
        files = [argument for argument in arguments if argument not in options]
        command = [program, "-v", "-aet", calling, "-aec", called, *options, *(tls or ()), *address, *map(str, files)]
        done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=60, check=False)
        return f"{done.stdout}{done.stderr}exit {done.returncode}"

    @contextmanager
    def associate(
        self,
        calling: str = "MOD1",
        called: str = "OSTEONODE",
        *,
        bind: str = LOOPBACK,
        sop_class_uids: tuple[UID, ...] = (ComputedRadiographyImageStorage,),
        transfer_syntax_uids: tuple[UID, ...] = (ExplicitVRLittleEndian,),
    ) -> Iterator[Association]:
        """Open an association with pynetdicom; it may be refused."""
        ae = ApplicationEntity(ae_title=calling)
        ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 20
        for uid in sop_class_uids:
            ae.add_requested_context(uid, list(transfer_syntax_uids))
        assoc = ae.associate(LOOPBACK, self.scp.port, ae_title=called, bind_address=(bind, 0))
        assoc._reactor_checkpoint = ReactorGate(is_gone=lambda: not assoc.is_alive())
        try:
            yield assoc
        finally:
            if assoc.is_established:
                assoc.release()


def rejection(assoc: Association) -> tuple[int | None, int | None, int | None]:
    """Return result, source and reason of the A-ASSOCIATE-RJ that came over the wire."""
    primitive = assoc.acceptor.primitive
    assert primitive is not None
    return primitive.result, primitive.result_source, primitive.diagnostic


def make_store(ds: Dataset, data: bytes | None = None, **command: str) -> C_STORE:
    """Return a C-STORE request for `ds`, with other bytes as its data set or another command where given."""
    request = C_STORE()
    request.MessageID, request.Priority = 7, 0
    request.AffectedSOPClassUID = UID(command.get("sop_class_uid", ds.SOPClassUID))
    request.AffectedSOPInstanceUID = UID(command.get("sop_instance_uid", ds.SOPInstanceUID))
    request.DataSet = BytesIO(encode_data_set(ds) if data is None else data)
    return request


def send(assoc: Association, request: C_STORE) -> tuple[int, str]:
    """Send a request as it is and return status and error comment of the response."""
    assoc._reactor_checkpoint.clear()
    wait_until(lambda: assoc._is_paused)
    context_id = assoc.accepted_contexts[0].context_id
    assert context_id is not None
    assoc.dimse.send_msg(request, context_id)
    _, response = assoc.dimse.get_msg(block=True)
    assoc._reactor_checkpoint.set()
    assert isinstance(response, C_STORE)
    assert response.Status is not None
    return response.Status, getattr(response, "ErrorComment", None) or ""


def send_beginning(assoc: Association, request: C_STORE, pdv_bytes: int = 4096) -> None:
    """Send all fragments of a request but the last."""
    message = C_STORE_RQ()
    message.primitive_to_message(request)
    context_id = assoc.accepted_contexts[0].context_id
    assert context_id is not None
    fragments = list(message.encode_msg(context_id, pdv_bytes))
    for fragment in fragments[:-1]:
        assoc.dul.send_pdu(fragment)


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for what another thread or process does.

    Raises:
        TimeoutError: it did not happen.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("what the test waited for did not happen")
        time.sleep(0.005)
