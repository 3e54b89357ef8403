"""The ledger's tables, their revisions, the audit trail, and all that the ledger's own tests ask, on PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

import dicom_node
from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.database import REVISION_TABLE, create_tables, metadata, open_engine, writing
from dicom_node.ledger.tables import SCHEMA_VERSION
from dicom_node.ledger.upgrading import migrate, run_revisions
from domain.audit_templates import user_authentication
from tests.fakes.clock import FakeClock
from tests.peers.postgresql import LEDGER_URL, drop, serving

pytestmark = pytest.mark.peer("postgresql")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def engine(server: str) -> Iterator[Engine]:
    """An empty database."""
    engine = open_engine(server)
    drop(engine)
    yield engine
    engine.dispose()


def differences(engine: Engine) -> list[object]:
    with writing(engine) as connection:
        options = {"version_table": REVISION_TABLE}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_the_revisions_make_the_tables_that_this_program_has(engine: Engine) -> None:
    with writing(engine) as connection:
        run_revisions(connection)
    assert differences(engine) == []


def test_a_ledger_of_schema_6_is_brought_up_and_keeps_its_rows(engine: Engine) -> None:
    with writing(engine) as connection:
        run_revisions(connection, "6")
        connection.execute(text(f"DROP TABLE {REVISION_TABLE}"))  # its program knew no revisions
        connection.execute(text("INSERT INTO meta VALUES ('schema_version', '6'), ('kept', 'yes')"))
    migrate(engine)
    create_tables(engine)
    with writing(engine) as connection:
        found = {row.name: row.value for row in connection.execute(text("SELECT name, value FROM meta"))}
    assert found == {"schema_version": str(SCHEMA_VERSION), "kept": "yes"}
    assert differences(engine) == []


def test_a_new_ledger_needs_no_revision(engine: Engine) -> None:
    create_tables(engine)
    migrate(engine)
    assert differences(engine) == []


def test_many_who_record_at_once_leave_no_gap_and_no_doubt(engine: Engine) -> None:
    create_tables(engine)
    trail = LedgerAuditTrail(engine, FakeClock())
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: trail.record(user_authentication(f"user {number}")), range(40)))
    verdict = AuditBook(engine).verify()
    assert (verdict.records, verdict.faults) == (40, ())


@pytest.mark.slow
def test_every_question_that_the_tests_of_the_ledger_ask_is_answered_alike(engine: Engine, server: str) -> None:
    create_tables(engine)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "tests/unit/dicom_node/ledger",
        "-m",
        "not sqlite",
        "-q",
        "--tb=short",
        "--durations=8",
    ]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "no:xdist"],
        env=os.environ | {LEDGER_URL: server},
        cwd=Path(dicom_node.__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout.splitlines()[-1]
