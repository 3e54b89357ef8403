"""A node that is killed at the worst moment: nothing is acknowledged that is not recorded."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from pynetdicom.ae import ApplicationEntity

from tests.fakes.radiographs import make_radiograph, save_radiograph
from tests.fakes.storage_node import LOOPBACK, StorageNode, make_store, send, wait_until

PROJECT = Path(__file__).resolve().parents[2]


def kill_while_storing(folder: Path, ds: Dataset) -> None:
    """Send an instance to a node in another process that is killed between the rename and the commit."""
    file = save_radiograph(ds, folder.parent / "sent.dcm")
    command = [sys.executable, "-m", "tests.fakes.dying_node", str(folder)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            response = send_file(file, int(process.stdout.readline()))
            assert "Status" not in response  # the sender keeps its copy
            assert process.wait(timeout=20) == -signal.SIGKILL
        finally:
            process.kill()


def send_file(file: Path, port: int) -> Dataset:
    """Send a file and return the response, which is empty when the connection broke before it."""
    ae = ApplicationEntity(ae_title="MOD1")
    ae.add_requested_context(ComputedRadiographyImageStorage, ExplicitVRLittleEndian)
    assoc = ae.associate(LOOPBACK, port, ae_title="OSTEONODE", bind_address=(LOOPBACK, 0))
    assert assoc.is_established
    assert assoc.dul.socket is not None
    connection = assoc.dul.socket.socket
    response = assoc.send_c_store(file)
    wait_until(lambda: not assoc.is_alive())
    assert connection is not None
    connection.close()  # pynetdicom leaves a connection open that its peer has reset
    return response


def test_an_image_that_was_renamed_but_not_recorded_is_recorded_once_when_it_comes_again(tmp_path: Path) -> None:
    sent = make_radiograph(5)
    kill_while_storing(tmp_path / "data", sent)
    with StorageNode(tmp_path / "data") as node:
        assert len(node.files("instances")) == 1
        with node.associate() as assoc:
            assert [send(assoc, make_store(sent)) for _ in range(2)] == [(0x0000, "")] * 2
        assert node.files("instances") == [instance.path for instance in node.ledger.instances.values()]
        assert node.files("quarantine") == node.files("incoming") == []


def test_an_unrecorded_leftover_does_not_make_a_conflict_of_other_bytes(tmp_path: Path) -> None:
    kill_while_storing(tmp_path / "data", make_radiograph(5))
    with StorageNode(tmp_path / "data") as node, node.associate() as assoc:
        assert send(assoc, make_store(make_radiograph(5, PatientID="CORRECTED")))[0] == 0x0000
        (instance,) = node.ledger.instances.values()
        assert dcmread(instance.path).PatientID == "CORRECTED"
        assert node.ledger.put_aside == []


def test_unfinished_files_are_swept_at_the_next_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / "0123.part").write_bytes(b"half an image")
    with StorageNode(tmp_path) as node:
        assert node.files("incoming") == []
    assert "receive.leftovers_removed" in caplog.text
