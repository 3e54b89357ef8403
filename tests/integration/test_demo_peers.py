"""The demo's own archive and receiver, asked by programs that nobody here wrote where there are such."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from hl7.mllp import open_hl7_connection
from pydicom import dcmread

from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from tests.fakes.documents import make_answer, make_hl7_document


@pytest.mark.peer("dcmtk")
def test_the_archive_keeps_what_storescu_sends(tmp_path: Path) -> None:
    for document in make_answer():
        (tmp_path / document.file_name).write_bytes(document.content)
    with Archive(tmp_path / "archive") as archive:
        subprocess.run(_storescu(archive) + [str(path) for path in tmp_path.glob("*.dcm")], check=True, timeout=30)
        kept = {dcmread(path).SOPInstanceUID: dcmread(path) for path in archive.files()}
    sent = {document.identifier: dcmread(tmp_path / document.file_name) for document in make_answer()}
    assert kept == sent
    assert [path.name for path in archive.folder.glob("*.part")] == []


@pytest.mark.peer("dcmtk")
def test_the_archive_answers_only_to_its_own_title(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        command = ["echoscu", "-aec", "OTHER", "127.0.0.1", str(archive.port)]
        echo = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert echo.returncode != 0
    assert "Called AE Title Not Recognized" in echo.stdout + echo.stderr


def test_an_archive_that_does_not_run_has_no_port(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="does not run"):
        _ = Archive(tmp_path).port


def test_the_receiver_keeps_what_python_hl7_sends_and_is_understood(tmp_path: Path) -> None:
    document = make_hl7_document()
    with MllpReceiver(tmp_path) as receiver:
        acknowledgements = asyncio.run(_send_twice(receiver.port, document.content.decode()))
    assert [str(each.segment("MSA")) for each in acknowledgements] == ["MSA|AA|OSTEO0001"] * 2
    assert [str(each.segment("MSH")[5]) for each in acknowledgements] == ["OSTEONODE"] * 2
    assert receiver.messages == [document.content] * 2
    (first, _second) = sorted(tmp_path.iterdir())
    assert first.read_text(encoding="utf-8").splitlines() == document.content.decode().split("\r")[:-1]


def _storescu(archive: Archive) -> list[str]:
    return ["storescu", "--required", "-aec", archive.ae_title, "127.0.0.1", str(archive.port)]


async def _send_twice(port: int, message: str) -> list:
    reader, writer = await open_hl7_connection("127.0.0.1", port, encoding="utf-8")
    answers = []
    for _ in range(2):
        writer.writeblock(message.encode())
        await writer.drain()
        answers.append(await reader.readmessage())
    writer.close()
    await writer.wait_closed()
    return answers
