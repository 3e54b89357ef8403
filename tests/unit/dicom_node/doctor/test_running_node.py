import os
from pathlib import Path

from dicom_node.doctor.running_node import find_node
from dicom_node.ledger.folder_lock import FolderLock


def test_a_node_that_holds_its_folder_is_found_and_one_that_has_ended_is_not(tmp_path: Path) -> None:
    assert find_node(tmp_path) is None
    lock = FolderLock(tmp_path)
    lock.take()
    assert find_node(tmp_path) == os.getpid()
    lock.free()
    assert find_node(tmp_path) is None


def test_a_system_that_lists_no_locks_knows_of_no_node(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    lock.take()
    assert find_node(tmp_path, tmp_path / "gone") is None
    lock.free()
