"""Ledgers as earlier versions of the program left them."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine, text

from dicom_node.ledger.database import FILE_NAME, REVISION_TABLE, writing
from dicom_node.ledger.migrations.versions import schema_7

DUMPS = Path(__file__).parents[1] / "ledgers"


def make_old(
    engine: Engine, version: int, *, tables: Sequence[str] = (), columns: Sequence[tuple[str, str]] = ()
) -> None:
    """Make a ledger look as one of an earlier schema: without these tables and columns, and without a revision."""
    with writing(engine) as connection:
        for table in (*tables, *schema_7.schema.tables, REVISION_TABLE):
            connection.execute(text(f"DROP TABLE {table}"))
        for name, _table, _columns in schema_7.INDEXES:
            connection.execute(text(f"DROP INDEX {name}"))
        for table, name in columns:
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {name}"))
        connection.execute(text(f"UPDATE meta SET value = '{version}' WHERE name = 'schema_version'"))


def load_dump(data: Path, name: str = "schema_6.sql") -> None:
    """Put a ledger that was kept as SQL into a data folder."""
    connection = sqlite3.connect(data / FILE_NAME)
    connection.executescript((DUMPS / name).read_text(encoding="utf-8"))
    connection.close()
