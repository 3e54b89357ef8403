import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, event, text

from dicom_node.ledger.database import looking, writing, writing_synced_later
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.log_sync import LogSync
from dicom_node.ports import Recorded
from domain.errors import LedgerError
from tests.fakes.arrivals import arrive

ONLY_COMMITTED, ON_DISK = 1, 2  # PRAGMA synchronous: NORMAL, FULL


class Disk:
    """Notes what it is asked; the first call waits until it may go on."""

    def __init__(self) -> None:
        self.calls = 0
        self.began, self.may_go = Event(), Event()

    def bring(self, _path: Path) -> None:
        self.calls += 1
        self.began.set()
        self.may_go.wait(20)


@pytest.mark.sqlite
def test_an_image_is_acknowledged_when_the_log_that_holds_it_is_on_disk(
    engine: Engine, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    event.listen(engine, "commit", lambda _connection: done.append("committed"))
    monkeypatch.setattr(os, "fdatasync", lambda number: done.append(os.readlink(f"/proc/self/fd/{number}")))
    assert ledger.record_instance(arrive("1", "1")) is Recorded.NEW
    assert done == ["committed", f"{engine.url.database}-wal"]


@pytest.mark.sqlite
def test_an_image_whose_log_does_not_reach_the_disk_is_not_acknowledged(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_number: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    with pytest.raises(LedgerError, match="Input/output error"):
        ledger.record_instance(arrive("1", "1"))
    monkeypatch.undo()
    assert ledger.record_instance(arrive("1", "1")) is Recorded.DUPLICATE


@pytest.mark.sqlite
def test_every_other_transaction_is_on_disk_when_it_is_committed(engine: Engine) -> None:
    seen = []
    for open_transaction in (writing_synced_later, writing, writing_synced_later, looking, writing):
        with open_transaction(engine) as connection:
            seen.append(connection.execute(text("PRAGMA synchronous")).scalar())
    assert seen == [ONLY_COMMITTED, ON_DISK, ONLY_COMMITTED, ON_DISK, ON_DISK]


def test_all_who_wait_are_served_by_one_call_that_begins_after_they_asked(tmp_path: Path) -> None:
    disk = Disk()
    log = LogSync(tmp_path / "log", disk.bring)
    with ThreadPoolExecutor(9) as threads:
        first = threads.submit(log.sync)
        disk.began.wait(20)
        others = [threads.submit(log.sync) for _ in range(8)]
        while log._asked < 9:
            Event().wait(0.001)
        assert not any(each.done() for each in others)
        disk.may_go.set()
        for each in (first, *others):
            each.result(20)
    assert disk.calls == 2


def test_where_there_is_no_log_there_is_nothing_to_bring_to_disk(tmp_path: Path) -> None:
    LogSync(tmp_path / "none").sync()


def test_a_disk_that_failed_is_asked_again(tmp_path: Path) -> None:
    answers = iter([OSError(5, "Input/output error"), None])

    def bring(_path: Path) -> None:
        if error := next(answers):
            raise error

    log = LogSync(tmp_path / "log", bring)
    with pytest.raises(OSError, match="error"):
        log.sync()
    log.sync()
    assert next(answers, "none") == "none"
