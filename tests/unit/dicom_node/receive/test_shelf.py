"""Where received files come to lie."""

import os
from pathlib import Path

import pytest

from dicom_node.receive.header import Header
from dicom_node.receive.incoming import IncomingDataSet, Spool
from dicom_node.receive.shelf import Shelf
from dicom_node.receive.statuses import Outcome

HEADER = Header("1.2.3", "1.2.3.1", "1.2.3.1.1", "1.2.840.10008.5.1.4.1.1.1")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "data")
    shelf.prepare()
    return shelf


def arrive(shelf: Shelf, data: bytes) -> IncomingDataSet:
    incoming = IncomingDataSet(Spool(shelf.incoming, most_bytes=100, free_bytes=0), lambda: b"")
    incoming.write(data)
    return incoming


def test_an_instance_lies_under_its_study_and_is_named_by_its_uid_and_its_bytes(shelf: Shelf) -> None:
    incoming = arrive(shelf, b"abc")
    path = shelf.keep(incoming, HEADER)
    shard, study, name = path.relative_to(shelf.instances).parts
    assert (len(shard), study) == (2, "1.2.3")
    assert name == f"1.2.3.1.1.{incoming.sha256[:16]}.dcm"
    assert path.read_bytes() == b"abc"


def test_other_bytes_never_overwrite_a_file(shelf: Shelf) -> None:
    first, second = (shelf.keep(arrive(shelf, data), HEADER) for data in (b"abc", b"xyz"))
    assert (first.read_bytes(), second.read_bytes()) == (b"abc", b"xyz")


def test_file_and_folders_are_synced_before_the_path_is_returned(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    for call in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, call, lambda number: synced.append(os.readlink(f"/proc/self/fd/{number}")))
    incoming = arrive(shelf, b"abc")
    arriving = str(incoming.path)
    folder = shelf.keep(incoming, HEADER).parent
    expected = [arriving, str(shelf.instances), str(folder.parent), str(folder)]
    assert synced == expected


def test_a_name_that_is_no_uid_stays_out_of_the_quarantine_path(shelf: Shelf) -> None:
    path = shelf.put_aside(arrive(shelf, b"abc"), "../../x", Outcome.UNPARSABLE)
    assert path.parent == shelf.quarantine
    assert path.name.startswith("no-uid.")


def test_moving_aside_twice_is_moving_aside_once(shelf: Shelf) -> None:
    path = shelf.keep(arrive(shelf, b"abc"), HEADER)
    targets = {shelf.move_aside(path, "1.2.3.1.1", "f" * 64, Outcome.CONFLICT) for _ in range(2)}
    assert [target.read_bytes() for target in targets] == [b"abc"]


def test_a_folder_that_somebody_else_made_is_brought_to_disk_once(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shelf.keep(arrive(shelf, b"abc"), HEADER).parent
    other, synced = Shelf(shelf.instances.parent), list[str]()
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(os.readlink(f"/proc/self/fd/{number}")))
    for data in (b"def", b"ghi"):
        other.keep(arrive(other, data), HEADER)
    assert synced == [str(shelf.instances), str(folder.parent), str(folder), str(folder)]


def test_a_folder_that_was_removed_is_made_again(shelf: Shelf) -> None:
    path = shelf.keep(arrive(shelf, b"abc"), HEADER)
    path.unlink()
    path.parent.rmdir()
    assert shelf.keep(arrive(shelf, b"abc"), HEADER).read_bytes() == b"abc"
