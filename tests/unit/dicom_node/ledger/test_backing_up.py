import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from dicom_node.ledger.backing_up import BackedUp, back_up
from dicom_node.ledger.backup_folder import FILES, SUMS, copy_file
from dicom_node.ledger.database import FILE_NAME, writing
from dicom_node.ledger.folder_lock import UNFINISHED_RESTORE, FolderLock
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.restoring import check_backup, restore
from domain.errors import ConfigError, LedgerError
from domain.instance import ReceivedInstance
from tests.fakes.answered import answer
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.sqlite


@pytest.fixture
def data(engine: Engine) -> Path:
    return Path(str(engine.url.database)).parent


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backup")


def receive(ledger: Ledger, data: Path, study: str, image: str = "1") -> Path:
    """Record an image whose file is there: a head, and the data set that the digest is over."""
    path, content = data / "instances" / f"1.{study}.1.{image}.dcm", f"data set {study} {image}".encode()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"head" + content)
    facts = {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    made = arrive(study, image)
    ledger.record_instance(ReceivedInstance(**{name: getattr(made, name) for name in made.__slots__} | facts))
    return path


@pytest.fixture
def backed(engine: Engine, ledger: Ledger, data: Path, folder: Path, clock: FakeClock) -> BackedUp:
    """A backup of two images; a file of nobody's lies beside them."""
    receive(ledger, data, "7")
    receive(ledger, data, "8")
    (data / "instances" / "stray.dcm").write_bytes(b"of no row")
    return back_up(engine, data, folder, clock.now())


def test_a_backup_holds_the_ledger_and_what_it_names_and_nothing_else(backed: BackedUp) -> None:
    assert (backed.files, backed.copied, backed.lost, backed.damaged) == (2, 2, [], [])
    held = {path.name for path in backed.folder.rglob("*") if path.is_file()}
    assert {name for name in held if name.endswith(".dcm")} == {"1.7.1.1.dcm", "1.8.1.1.dcm"}


def test_any_tool_can_prove_it(backed: BackedUp) -> None:
    lines = (backed.folder / SUMS).read_text().splitlines()
    assert len(lines) == 3
    for digest, _, name in (line.partition("  ") for line in lines):
        assert hashlib.sha256((backed.folder / name).read_bytes()).hexdigest() == digest


def test_the_next_one_copies_what_is_new_and_drops_what_went(
    backed: BackedUp, engine: Engine, ledger: Ledger, data: Path, clock: FakeClock
) -> None:
    receive(ledger, data, "9")
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM instance WHERE study_instance_uid = '1.7'"))
    again = back_up(engine, data, backed.folder, clock.now())
    assert (again.files, again.copied, again.removed) == (2, 1, 2)  # an image and the ledger of before
    assert check_backup(backed.folder).faults == {}


def test_what_is_lost_or_damaged_is_told(
    engine: Engine, ledger: Ledger, data: Path, folder: Path, clock: FakeClock
) -> None:
    receive(ledger, data, "7").unlink()
    receive(ledger, data, "8").write_bytes(b"head" + b"something else")
    done = back_up(engine, data, folder, clock.now())
    assert (done.lost, done.damaged) == (["instances/1.7.1.1.dcm"], ["instances/1.8.1.1.dcm"])


def test_a_new_backup_is_its_owners_alone(engine: Engine, data: Path, folder: Path, clock: FakeClock) -> None:
    back_up(engine, data, folder / "new", clock.now())
    assert (folder / "new").stat().st_mode & 0o777 == 0o700
    restore(folder / "new", folder / "again")
    assert (folder / "again").stat().st_mode & 0o777 == 0o700


def test_a_document_is_whole_where_it_has_the_digest_that_the_ledger_says(
    engine: Engine, ledger: Ledger, data: Path, folder: Path, clock: FakeClock
) -> None:
    answer(ledger, "1")
    assert back_up(engine, data, folder, clock.now()).damaged == []
    (document,) = (data / "documents").rglob("*.dcm")
    document.write_bytes(b"something else")
    assert back_up(engine, data, folder, clock.now()).damaged == [str(document.relative_to(data))]


def test_what_retention_removes_meanwhile_is_not_missed(
    engine: Engine, ledger: Ledger, data: Path, folder: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = receive(ledger, data, "7")

    def purge_then_copy(source: Path, target: Path, tail_bytes: int | None = None) -> object:
        path.unlink(missing_ok=True)
        with writing(engine) as connection:
            connection.execute(text("UPDATE instance SET purged_at = '2026-03-01', path = ''"))
        return copy_file(source, target, tail_bytes)

    monkeypatch.setattr("dicom_node.ledger.backing_up.copy_file", purge_then_copy)
    done = back_up(engine, data, folder, clock.now())
    assert (done.gone, done.lost) == (["instances/1.7.1.1.dcm"], [])


def test_a_backup_goes_into_no_folder_of_something_else(
    engine: Engine, data: Path, folder: Path, clock: FakeClock
) -> None:
    (folder / "holiday.jpg").touch()
    with pytest.raises(LedgerError, match="holds something else"):
        back_up(engine, data, folder, clock.now())
    with pytest.raises(LedgerError, match="belongs on another disk"):
        back_up(engine, data, data / "backup", clock.now())


def test_one_that_was_cut_short_is_none_and_can_be_made_whole(
    backed: BackedUp, engine: Engine, data: Path, clock: FakeClock
) -> None:
    (backed.folder / SUMS).unlink()
    with pytest.raises(LedgerError, match="not finished"):
        check_backup(backed.folder)
    assert back_up(engine, data, backed.folder, clock.now()).files == 2
    assert check_backup(backed.folder).files == 2


def test_a_restored_folder_is_as_it_was(backed: BackedUp, data: Path, tmp_path: Path) -> None:
    target = tmp_path / "restored"
    done = restore(backed.folder, target)
    assert (done.files, done.faults, done.made_at) == (2, {}, backed.made_at.isoformat())
    for name in ("instances/1.7.1.1.dcm", "instances/1.8.1.1.dcm"):
        assert (target / name).read_bytes() == (data / name).read_bytes()
        assert (target / name).stat().st_mtime_ns == (data / name).stat().st_mtime_ns
    with closing(sqlite3.connect(target / FILE_NAME)) as ledger:
        assert ledger.execute("SELECT count(*) FROM instance").fetchone() == (2,)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"x")])
def test_a_backup_that_is_not_whole_is_restored_on_demand_only(
    spoil: Callable[[Path], object], backed: BackedUp, tmp_path: Path
) -> None:
    spoil(backed.folder / FILES / "instances" / "1.7.1.1.dcm")
    target = tmp_path / "restored"
    assert list(restore(backed.folder, target).faults) == [f"{FILES}/instances/1.7.1.1.dcm"]
    assert not target.exists()
    assert restore(backed.folder, target, incomplete=True).files == 1
    assert (target / FILE_NAME).exists()


def test_without_its_ledger_a_backup_is_nothing(backed: BackedUp, tmp_path: Path) -> None:
    next(backed.folder.glob("ledger-*")).write_bytes(b"x")
    with pytest.raises(LedgerError, match=r"the ledger of the backup in .* is damaged"):
        restore(backed.folder, tmp_path / "restored", incomplete=True)


def test_a_used_data_folder_is_not_touched(backed: BackedUp, data: Path) -> None:
    with pytest.raises(LedgerError, match="in use"):
        restore(backed.folder, data)


def test_no_node_starts_on_a_restore_that_did_not_end_and_it_can_be_repeated(backed: BackedUp, tmp_path: Path) -> None:
    target = tmp_path / "restored"
    restore(backed.folder, target)
    (target / UNFINISHED_RESTORE).touch()
    with pytest.raises(ConfigError, match="did not end"):
        FolderLock(target).take()
    restore(backed.folder, target)
    lock = FolderLock(target)
    lock.take()
    lock.free()


def test_a_list_that_leads_out_of_the_backup_is_refused(backed: BackedUp, tmp_path: Path) -> None:
    with (backed.folder / SUMS).open("a") as sums:
        sums.write(f"{'0' * 64}  ../../etc/passwd\n")
    with pytest.raises(LedgerError, match="outside the backup"):
        restore(backed.folder, tmp_path / "restored")


def test_documents_and_readings_are_named(
    engine: Engine, ledger: Ledger, data: Path, folder: Path, clock: FakeClock
) -> None:
    answer(ledger, "1")
    done = back_up(engine, data, folder, clock.now())
    assert done.files == 1  # its image has no file below the data folder
    assert os.listdir(folder / FILES) == ["documents"]
