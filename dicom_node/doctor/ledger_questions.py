"""Questions to the ledger of the data folder, which a node may be writing to at the same time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.ledger.database import FILE_NAME, database_url, open_engine
from dicom_node.ledger.tables import SCHEMA_VERSION


def ledger_of(settings: Settings) -> Path:
    """Return where the ledger of a configuration is, or will be."""
    return settings.node.data.resolve() / FILE_NAME


def read_version(path: Path) -> int:
    """Return the schema version of a ledger, 0 where it says none; raises sqlite3.Error."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)) as connection:
        row = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    return int(row[0]) if row else 0


def can_be_asked(settings: Settings) -> bool:
    """Say whether there is a ledger of this program's schema; one of another is told by `examine_ledger`."""
    path = ledger_of(settings)
    try:
        return path.is_file() and read_version(path) == SCHEMA_VERSION
    except sqlite3.Error:
        return False


@contextmanager
def asking_ledger(settings: Settings) -> Iterator[Engine]:
    """Give the database of a ledger that can be asked."""
    engine = open_engine(database_url(settings.node.data.resolve()))
    try:
        yield engine
    finally:
        engine.dispose()
