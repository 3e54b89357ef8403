import fcntl
import multiprocessing
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Engine, text

from dicom_node.ledger import turns
from dicom_node.ledger.database import create_tables, database_url, looking, open_engine, open_workflow_engine, writing
from dicom_node.ledger.turns import Turn, turn_of

pytestmark = pytest.mark.sqlite


@pytest.fixture
def workflow_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE count (value INTEGER)"))
        connection.execute(text("INSERT INTO count VALUES (0)"))
    engine.dispose()
    workflows = open_workflow_engine(database_url(tmp_path))
    yield workflows
    workflows.dispose()


def is_taken(engine: Engine) -> bool:
    """Ask from another process: a process never waits for locks of its own."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_cannot_lock, (f"{engine.url.database}-turn",))


def _cannot_lock(path: str) -> bool:
    try:
        with open(path, "r+b") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 1)
    except BlockingIOError:
        return True
    return False


def test_a_writer_has_its_turn_until_it_has_committed(engine: Engine) -> None:
    with writing(engine):
        assert is_taken(engine)
    assert not is_taken(engine)


def test_a_writer_that_fails_gives_its_turn_up(engine: Engine) -> None:
    with pytest.raises(KeyError), writing(engine):
        raise KeyError
    assert not is_taken(engine)


def test_whoever_only_looks_waits_for_nobody(engine: Engine) -> None:
    with writing(engine), looking(engine) as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM instance")).scalar() == 0


def test_a_transaction_of_the_workflows_takes_its_turn_at_its_first_write(workflow_engine: Engine) -> None:
    with workflow_engine.begin() as connection:
        connection.execute(text("SELECT value FROM count"))
        assert not is_taken(workflow_engine)
        connection.execute(text("UPDATE count SET value = 1"))
        assert is_taken(workflow_engine)
    assert not is_taken(workflow_engine)


def test_a_writer_whom_a_stranger_keeps_waiting_gives_its_turn_up(
    workflow_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = sqlite3.connect(str(workflow_engine.url.database), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with workflow_engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        with pytest.raises(Exception, match="locked"):
            connection.execute(text("UPDATE count SET value = 1"))
        assert not is_taken(workflow_engine)
    stranger.close()


def test_a_thread_does_not_wait_for_its_turn_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    turn = Turn(tmp_path / "turn")
    turn.take()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        turn.take()
    turn.give_up()
    turn.take()
    turn.give_up()


def test_writers_of_several_threads_and_engines_all_come_through(workflow_engine: Engine) -> None:
    other = open_engine(str(workflow_engine.url))

    def add() -> None:
        for engine in (workflow_engine, other) * 5:
            with engine.begin() as connection:
                connection.execute(text("UPDATE count SET value = value + 1"))

    threads = [Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with looking(other) as connection:
        assert connection.execute(text("SELECT value FROM count")).scalar() == 40
    other.dispose()


def test_all_connections_of_a_process_to_one_file_share_its_turn(tmp_path: Path) -> None:
    first = turn_of(tmp_path / "a")
    assert turn_of(tmp_path / "a") is first
    assert turn_of(tmp_path / "b") is not first
