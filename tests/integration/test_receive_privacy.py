"""No patient data in the log, at any level, whatever goes wrong."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.radiographs import PATIENT_VALUES, encode_data_set, make_radiograph, save_radiograph
from tests.fakes.storage_node import StorageNode, make_store, send, send_beginning, wait_until

#: Also the halves of names, as a component-wise rendering would print them.
SECRETS = {part for value in PATIENT_VALUES.values() for part in (value, *value.split("^"))}


@pytest.fixture
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    for name in ("pynetdicom", "pydicom"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def send_everything_that_can_go_wrong(node: StorageNode) -> list[int]:
    whole = make_radiograph(1)
    damaged = [
        encode_data_set(whole)[:-100],
        encode_data_set(whole)[:333],
        encode_data_set(make_radiograph(1, StudyInstanceUID="")),
        encode_data_set(make_radiograph(1, PixelData=b"")),
        encode_data_set(whole).replace(b"\x10\x00\x20\x00LO", b"\x10\x00\x20\x00??"),
    ]
    with node.associate() as assoc:
        statuses = [send(assoc, make_store(whole, data))[0] for data in damaged]
        node.ledger.failure = ValueError("Zzyzx^Quilla, PID-SECRET-4711")
        statuses.append(send(assoc, make_store(whole))[0])
        node.ledger.failure = None
        statuses += [send(assoc, make_store(ds))[0] for ds in (whole, whole, make_radiograph(1, Rows=31))]
    with node.associate() as assoc:
        send_beginning(assoc, make_store(make_radiograph(2, rows=300, columns=300)))
        wait_until(lambda: len(node.files("incoming")) == 1)
        assoc.abort()
    wait_until(lambda: node.files("incoming") == [])
    return statuses


def find_secrets(text: str) -> list[str]:
    return sorted(secret for secret in SECRETS if secret in text)


@pytest.mark.usefixtures("everything_is_logged")
def test_no_log_line_speaks_of_a_patient(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with StorageNode(tmp_path / "data") as node:
        for name in ("pynetdicom", "pydicom"):
            logging.getLogger(name).setLevel(logging.DEBUG)  # as an operator in search of a fault might
        statuses = send_everything_that_can_go_wrong(node)
    assert statuses == [0xC000, 0xC000, 0xC000, 0xA900, 0xC000, 0x0110, 0x0000, 0x0000, 0x0000]
    records = " ".join(f"{record.__dict__}" for record in caplog.records)
    printed = capfd.readouterr()
    assert find_secrets(caplog.text + records + printed.out + printed.err) == []
    assert "receive.instance_stored" in caplog.text


@pytest.mark.peer("dcmtk")
@pytest.mark.usefixtures("everything_is_logged")
def test_no_log_line_speaks_of_a_patient_whose_image_dcmtk_sends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = save_radiograph(make_radiograph(1), tmp_path / "a.dcm")
    with StorageNode(tmp_path / "data") as node:
        logging.getLogger("pynetdicom").setLevel(logging.DEBUG)
        assert "Received Store Response (Success)" in node.run_dcmtk("storescu", file)
    assert find_secrets(caplog.text) == []


def test_no_file_name_speaks_of_a_patient(tmp_path: Path) -> None:
    with StorageNode(tmp_path) as node:
        send_everything_that_can_go_wrong(node)
        paths = " ".join(map(str, node.files("instances") + node.files("quarantine")))
    assert find_secrets(paths) == []


@pytest.mark.usefixtures("everything_is_logged")
def test_left_to_itself_pynetdicom_logs_no_message_at_all(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with StorageNode(tmp_path) as node, node.associate() as assoc:
        assert send(assoc, make_store(make_radiograph()))[0] == 0x0000
    assert [record for record in caplog.records if record.name.startswith("pynetdicom")] == []
