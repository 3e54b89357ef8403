from pathlib import Path

import pytest

from config.settings import Destination
from dicom_node.deliver.registry import probe
from dicom_node.demo_peers.archive import Archive
from dicom_node.demo_peers.mllp_receiver import MllpReceiver
from tests.fakes.archive import answer_once, destination_for, dicom_destination, encode_rejection
from tests.fakes.mllp_receiver import hl7_destination


def test_an_archive_that_answers_is_reachable(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        found = probe(destination_for(archive), "OSTEONODE")
    assert (found.reachable, found.explanation) == (True, "ARCHIVE answered C-ECHO with 0x0000")


def test_an_archive_that_rejects_us_is_not_and_says_why() -> None:
    with answer_once(encode_rejection(1, 1, 3)) as port:
        found = probe(dicom_destination(port), "OSTEONODE")
    assert not found.reachable
    assert "add it" in found.explanation


def test_a_receiver_that_listens_is_reachable() -> None:
    with MllpReceiver() as receiver:
        assert probe(hl7_destination(receiver.port), "OSTEONODE").reachable
        assert receiver.messages == []


def test_a_receiver_that_does_not_listen_is_not() -> None:
    found = probe(hl7_destination(1), "OSTEONODE")
    assert not found.reachable
    assert "Connection refused" in found.explanation


@pytest.mark.parametrize(("folder", "reachable"), [("results", True), ("file/results", False)])
def test_a_folder_is_tried_and_left_as_it_was(tmp_path: Path, folder: str, reachable: bool) -> None:
    (tmp_path / "file").write_text("in the way")
    found = probe(Destination(name="files", kind="folder", folder=tmp_path / folder), "OSTEONODE")
    assert found.reachable is reachable
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "file"]
