import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from dicom_node.ledger.database import create_tables, give_back_pages, looking, writing
from dicom_node.ledger.folder_lock import FolderLock
from dicom_node.ledger.ledger import Ledger
from dicom_node.ports import Recorded
from domain.errors import ConfigError, LedgerError, LedgerFull
from tests.fakes.arrivals import arrive

pytestmark = pytest.mark.sqlite


def test_a_commit_is_on_disk_and_readers_wait_for_no_writer(engine: Engine) -> None:
    with looking(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_a_write_transaction_excludes_another_from_its_beginning(engine: Engine) -> None:
    other = sqlite3.connect(str(engine.url.database), timeout=0)
    with writing(engine), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_pages_that_became_empty_go_back_to_the_disk(engine: Engine) -> None:
    with writing(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA auto_vacuum").scalar() == 2  # INCREMENTAL
        connection.execute(text("CREATE TABLE ballast (value BLOB)"))
        connection.execute(text("INSERT INTO ballast VALUES (zeroblob(2000000))"))
    with writing(engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.execute(text("DROP TABLE ballast"))
    give_back_pages(engine)
    with looking(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA page_count").scalar_one() < pages - 400


def test_creating_tables_again_changes_nothing(engine: Engine, ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    create_tables(engine)
    assert len(ledger.open_studies()) == 1


def test_a_full_store_is_ledger_full_and_loses_nothing(engine: Engine, ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    pages = _limit_pages(engine, 1)
    recorded = 0
    while _fits(ledger, recorded):
        recorded += 1
    _limit_pages(engine, pages + 1000)
    assert ledger.record_instance(arrive("2", str(recorded))) is Recorded.NEW
    assert len(ledger.instances("1.2", 1)) == recorded + 1


def test_an_error_of_the_store_shows_no_parameters(engine: Engine) -> None:
    with pytest.raises(LedgerError) as caught, writing(engine) as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Secret^Patient"})
    assert "Secret" not in str(caught.value)


def test_a_second_node_on_the_same_folder_is_refused_and_told_why(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    first.take()
    with pytest.raises(ConfigError, match="another node is running on the data folder"):
        second.take()
    first.free()
    second.take()
    second.free()


def _fits(ledger: Ledger, number: int) -> bool:
    try:
        return ledger.record_instance(arrive("2", str(number))) is Recorded.NEW
    except LedgerFull:
        return False


def _limit_pages(engine: Engine, pages: int) -> int:
    """Let the database grow no further, as a full disk would; SQLite keeps the limit per connection."""
    engine.dispose()
    with engine.connect() as connection:
        used = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        connection.exec_driver_sql(f"PRAGMA max_page_count={max(pages, used)}")
    return used
