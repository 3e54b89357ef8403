"""Files that are dropped into a watched folder, and where they go."""

import logging
from pathlib import Path
from typing import Any

import pytest
from pydicom.uid import CTImageStorage

from config.folder import Folder
from dicom_node.receive.watched_folder import WatchedFolder
from domain.errors import LedgerError
from tests.fakes.door import DoorBench
from tests.fakes.radiographs import PATIENT_VALUES, make_radiograph, save_radiograph


class Drop:
    """A watched folder in front of a door. Every look comes after the files had time to settle."""

    def __init__(self, root: Path, **settings: Any) -> None:
        self.path = root / "drop"
        self.path.mkdir()
        self.bench = DoorBench(root / "data", **settings.pop("limits", {}))
        folder = Folder(name="drop", path=self.path, **settings)
        self._seconds = 0.0
        self.watched = WatchedFolder(folder, self.bench.door, "OSTEONODE", monotonic=lambda: self._seconds)

    def look(self) -> None:
        for _ in range(2):
            self.watched.look()
            self._seconds += 100.0

    @property
    def files(self) -> set[str]:
        return {str(path.relative_to(self.path)) for path in self.path.rglob("*") if path.is_file()}


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    return Drop(tmp_path)


def test_an_image_is_taken_in_and_moved_away(drop: Drop) -> None:
    (drop.path / "ward").mkdir()
    ds = make_radiograph()
    save_radiograph(ds, drop.path / "ward" / "a.dcm")
    drop.look()
    (instance,) = drop.bench.ledger.instances.values()
    assert (instance.sop_instance_uid, instance.calling_ae_title) == (ds.SOPInstanceUID, "FOLDER")
    assert drop.files == {"taken/ward/a.dcm"}


def test_an_image_is_deleted_where_the_site_wants_that(tmp_path: Path) -> None:
    drop = Drop(tmp_path, taken="delete")
    save_radiograph(make_radiograph(), drop.path / "a.dcm")
    drop.look()
    assert (drop.files, len(drop.bench.ledger.instances)) == (set(), 1)


def test_a_name_that_comes_again_overwrites_nothing(drop: Drop) -> None:
    for seed in range(3):
        save_radiograph(make_radiograph(seed), drop.path / "image.dcm")
        drop.look()
    assert drop.files == {"taken/image.dcm", "taken/image.2.dcm", "taken/image.3.dcm"}
    assert len(drop.bench.ledger.instances) == 3


def test_the_same_image_twice_is_one_image(drop: Drop) -> None:
    for name in ("a.dcm", "b.dcm"):
        save_radiograph(make_radiograph(), drop.path / name)
    drop.look()
    assert (drop.files, len(drop.bench.ledger.instances)) == ({"taken/a.dcm", "taken/b.dcm"}, 1)


def test_what_is_no_image_is_refused_with_its_reason_and_the_next_is_taken(drop: Drop) -> None:
    (drop.path / "a.pdf").write_bytes(b"%PDF-1.7")
    save_radiograph(make_radiograph(0, SOPClassUID=CTImageStorage), drop.path / "b.dcm")
    save_radiograph(make_radiograph(1), drop.path / "c.dcm")
    drop.look()
    refused = {"refused/a.pdf", "refused/a.pdf.reason.txt", "refused/b.dcm", "refused/b.dcm.reason.txt"}
    assert drop.files == refused | {"taken/c.dcm"}
    assert "NOT-PART-10" in (drop.path / "refused" / "a.pdf.reason.txt").read_text()
    assert "SOP-CLASS-UNSUPPORTED" in (drop.path / "refused" / "b.dcm.reason.txt").read_text()
    assert [each.reason_code for each in drop.bench.ledger.put_aside] == ["NOT-PART-10"]


def test_a_file_stays_while_the_ledger_is_down_and_is_taken_afterwards(drop: Drop) -> None:
    save_radiograph(make_radiograph(), drop.path / "a.dcm")
    drop.bench.ledger.failure = LedgerError("down")
    drop.look()
    assert drop.files == {"a.dcm"}
    drop.bench.ledger.failure = None
    drop.look()
    assert drop.files == {"taken/a.dcm"}


def test_nothing_is_touched_while_the_disk_is_nearly_full(tmp_path: Path) -> None:
    drop = Drop(tmp_path, limits={"free_disk_mib": 1 << 30})
    save_radiograph(make_radiograph(), drop.path / "a.dcm")
    drop.look()
    assert (drop.files, drop.bench.files["incoming"]) == ({"a.dcm"}, 0)


def test_a_file_that_changes_while_it_is_read_is_left_for_later(drop: Drop) -> None:
    file = save_radiograph(make_radiograph(), drop.path / "a.dcm")
    drop.watched.look()
    settled = drop.watched._scan.settled
    drop.watched._scan.settled = lambda: _growing(settled(), file)  # type: ignore[method-assign]
    drop.look()
    assert (drop.files, drop.bench.ledger.instances) == ({"a.dcm"}, {})


def _growing(settled: list[Any], file: Path) -> list[Any]:
    with file.open("ab") as more:
        more.write(b"more")
    return settled


def test_a_file_that_cannot_be_put_away_is_taken_once_and_said_once(
    drop: Drop, caplog: pytest.LogCaptureFixture
) -> None:
    save_radiograph(make_radiograph(), drop.path / "a.dcm")
    (drop.path / "taken").write_bytes(b"in the way")
    for _ in range(3):
        drop.look()
    assert len(drop.bench.ledger.instances) == 1
    assert [record.__dict__["event"] for record in caplog.records].count("receive.folder_file_stays") == 1


def test_a_share_that_goes_away_is_said_once_and_so_is_its_return(drop: Drop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    drop.path.rmdir()
    drop.look()
    drop.path.mkdir()
    drop.look()
    assert [record.__dict__["event"] for record in caplog.records] == [
        "receive.folder_unreadable",
        "receive.folder_readable_again",
    ]


def test_no_log_line_says_the_name_of_a_file_or_what_is_in_it(drop: Drop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    save_radiograph(make_radiograph(), drop.path / "Zzyzx Quilla.dcm")
    (drop.path / "Zzyzx Quilla.pdf").write_bytes(b"%PDF")
    drop.look()
    assert drop.files >= {"taken/Zzyzx Quilla.dcm", "refused/Zzyzx Quilla.pdf"}
    assert not [value for value in (*PATIENT_VALUES.values(), "Quilla") if value in caplog.text]
