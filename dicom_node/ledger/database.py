"""The database below the ledger: how it is opened, how a transaction begins, and what its errors mean.

SQLite: write-ahead log, an fsync at every commit, and write transactions that take the lock when they begin, so that
what was read in one is still true when it commits. PostgreSQL gets the same from row locks.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from dicom_node.ledger import (
    access_tables,
    alert_tables,
    audit_tables,
    awaited_tables,
    challenger_tables,
    commitment_tables,
    delivery_tables,
    feed_tables,
    knowledge_tables,
    measure_tables,
    quarantine_tables,
    report_tables,
    retention_tables,
    retrieval_tables,
    search_tables,
    shadow_tables,
    tables,
)
from dicom_node.ledger.turns import TurnTakingConnection
from domain.errors import LedgerError, LedgerFull

FILE_NAME = "osteonode.sqlite"
LOCK_WAIT_MILLISECONDS = 30_000
#: One per association and per workflow that may write at the same time, and some for people who look.
POOL_SIZE = 20
#: Every table that this program has; a module of tables that nobody imports would not be created.
TABLE_MODULES = (
    tables,
    knowledge_tables,
    delivery_tables,
    retention_tables,
    feed_tables,
    commitment_tables,
    audit_tables,
    search_tables,
    quarantine_tables,
    access_tables,
    alert_tables,
    retrieval_tables,
    report_tables,
    shadow_tables,
    challenger_tables,
    measure_tables,
    awaited_tables,
)
#: 4 MiB: while they go nobody else writes, and 16 took 300 ms on a busy machine.
PAGES_AT_ONCE = 1024
_TIMES = 4
#: All of them: the modules share it.
metadata = tables.metadata
#: Where Alembic keeps the revision of this ledger; the engine keeps its own notes in the same database.
REVISION_TABLE = "ledger_revision"
_SCHEMA = "schema_version"
_READS_ONLY = "ledger_reads_only"
_SYNCED_LATER, _SYNCHRONOUS = "ledger_synced_later", "synchronous"
#: 16 MiB of log before it is put into the database: pages that are written again and again are put there once.
_LOG_PAGES = 4000
_SQLITE_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
_POSTGRESQL_FULL = frozenset({"53000", "53100"})


def database_url(data: Path) -> str:
    """Return the URL of the embedded database in a data folder."""
    return f"sqlite:///{(data / FILE_NAME).absolute()}"


def open_engine(url: str) -> Engine:
    """Open the database; nothing is created yet."""
    engine = _connect(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def find_log(engine: Engine) -> Path:
    """Return the path of the write-ahead log beside an SQLite file; nothing is there for another database."""
    return Path(f"{engine.url.database}-wal")


def overwrite_what_goes(engine: Engine) -> None:
    """Have what goes from now on overwritten, and not only forgotten (SQLite; PostgreSQL leaves that to VACUUM)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA secure_delete=ON"))
        engine.dispose()  # of those that are open already


def empty_log(engine: Engine) -> None:
    """Put the write-ahead log into the database and empty it; what somebody still reads stays for the next time."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:  # outside of a transaction
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def open_workflow_engine(url: str) -> Engine:
    """Open the same database for the engine of the workflows, whose transactions begin at their first write."""
    engine = _connect(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite_of_workflows)
    return engine


def _connect(url: str) -> Engine:
    factory = {"factory": TurnTakingConnection} if make_url(url).get_backend_name() == "sqlite" else {}
    return create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_SIZE, connect_args=factory)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says, not at the first write
    # First of all: a database has its way of giving pages back from its first page on, or never (`osteonode purge`).
    # In one that has pages this would wait for whoever writes.
    if connection.execute("PRAGMA page_count").fetchone() == (0,):
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    # The wait first: after a crash the others wait even for journal_mode, until one has recovered the log.
    for pragma in (f"busy_timeout={LOCK_WAIT_MILLISECONDS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")


def _prepare_sqlite_of_workflows(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = "IMMEDIATE"
    for pragma in (f"busy_timeout={LOCK_WAIT_MILLISECONDS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    synchronous = "NORMAL" if options.get(_SYNCED_LATER, False) else "FULL"
    if connection.info.get(_SYNCHRONOUS, "FULL") != synchronous:
        connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
        connection.info[_SYNCHRONOUS] = synchronous
    connection.exec_driver_sql("BEGIN" if options.get(_READS_ONLY, False) else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a write transaction: committed at the end, rolled back on any error.

    Raises:
        LedgerFull: there is no room.
        LedgerError: the store failed.
    """
    with _errors_told(), engine.begin() as connection:
        yield connection


@contextmanager
def writing_synced_later(engine: Engine) -> Iterator[Connection]:
    """Give a write transaction that is on disk when the log is (log_sync), and not when it is committed; SQLite alone.

    Raises:
        LedgerFull: there is no room.
        LedgerError: the store failed.
    """
    with _errors_told(), _begun(engine, _SYNCED_LATER) as connection:
        yield connection


@contextmanager
def syncing() -> Iterator[None]:
    """Tell what fails while a log is brought to disk as `writing` does."""
    with _errors_told():
        yield


@contextmanager
def looking(engine: Engine) -> Iterator[Connection]:
    """Give a read transaction, which waits for no writer.

    Raises:
        LedgerError: the store failed.
    """
    with _errors_told(), _begun(engine, _READS_ONLY) as connection:
        yield connection


@contextmanager
def _begun(engine: Engine, kind: str) -> Iterator[Connection]:
    """Give a transaction of a kind that `_begin_sqlite` knows; an engine with options would be made for each."""
    with engine.connect() as connection, connection.execution_options(**{kind: True}).begin():
        yield connection


def create_tables(engine: Engine) -> None:
    """Create the tables of a new ledger; nothing where it has them.

    Raises:
        LedgerError: the ledger was written by a later version of this program, or has to be upgraded first
            (dicom_node/ledger/upgrading.py); the message says how.
    """
    with writing(engine) as connection:
        found = find_schema_version(connection)
        if found is None:
            metadata.create_all(connection)
            connection.execute(insert(tables.meta).values(name=_SCHEMA, value=str(tables.SCHEMA_VERSION)))
            _stamp(connection)
            return
        if found < tables.SCHEMA_VERSION:
            raise LedgerError(
                f"the ledger has schema version {found}, this program needs {tables.SCHEMA_VERSION}: "
                "`osteonode upgrade` says what that takes and does it, and so does a start of the node"
            )


def find_schema_version(connection: Connection) -> int | None:
    """Return the schema version of a ledger, None where there are no tables yet.

    Raises:
        LedgerError: it was written by a later version of this program.
    """
    if not inspect(connection).has_table(tables.meta.name):
        return None
    found = connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == _SCHEMA)).scalar()
    if found is not None and (not found.isdecimal() or int(found) > tables.SCHEMA_VERSION):
        raise LedgerError(
            f"the ledger has schema version {found}, this program knows up to {tables.SCHEMA_VERSION}: a later version "
            "wrote it. Start that version, or restore what was kept before its upgrade"
        )
    return None if found is None else int(found)


def keep_schema_version(connection: Connection) -> None:
    """Say that a ledger has this program's schema."""
    changed = update(tables.meta).where(tables.meta.c.name == _SCHEMA)
    connection.execute(changed.values(value=str(tables.SCHEMA_VERSION)))


def _stamp(connection: Connection) -> None:
    """Tell Alembic the revision of a new ledger, without loading it: a start is to be short."""
    revisions = Table(REVISION_TABLE, MetaData(), Column("version_num", String(32), primary_key=True))
    revisions.create(connection)
    connection.execute(insert(revisions).values(version_num=str(tables.SCHEMA_VERSION)))


def give_back_pages(engine: Engine) -> None:
    """Give empty pages of an SQLite file back to the disk, so many that nobody waits long for the lock.

    Nothing for a file that was made by a program before schema 6: it uses its empty pages again, and does not shrink.
    """
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    with closing(raw), suppress(sqlite3.Error):  # somebody else writes: the next time will do
        # A script, because each step gives one page back, and the driver steps through nothing else to the end.
        for _ in range(_TIMES):
            raw.driver_connection.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")  # type: ignore[union-attr]


@contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if _is_full(error.orig):
            raise LedgerFull("no room is left for the ledger") from error
        # The driver's sentence, never SQLAlchemy's: that one repeats the parameters.
        raise LedgerError(f"the ledger's store failed: {error.orig}") from error
    except SQLAlchemyError as error:
        raise LedgerError(f"the ledger's store failed: {type(error).__name__}") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise LedgerFull("no room is left beside the ledger") from error
        raise LedgerError(f"the ledger's folder failed: {error.strerror}") from error


def _is_full(original: Any) -> bool:
    sqlite_code = getattr(original, "sqlite_errorcode", None)
    return sqlite_code in _SQLITE_FULL or getattr(original, "sqlstate", None) in _POSTGRESQL_FULL
