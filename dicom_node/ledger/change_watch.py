"""Whether anything in the ledger has changed, asked for next to nothing; and how much waits for a person."""

from collections.abc import Mapping
from threading import Lock

from sqlalchemy import Engine, PoolProxiedConnection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from dicom_node.ledger import dead_letters, tables
from dicom_node.ledger.database import looking
from domain.errors import LedgerError


class ChangeWatch:
    """Tells one state of the ledger from another. Safe for threads; keeps one connection once it was asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock = engine, Lock()
        self._own: PoolProxiedConnection | None = None

    def number(self) -> str:
        """Return what is another text as soon as somebody else has committed a change; raises LedgerError.

        SQLite counts the commits of others for each connection (PRAGMA data_version); PostgreSQL has the position
        in its log (pg_current_wal_insert_lsn).
        """
        if self._engine.dialect.name != "sqlite":
            with looking(self._engine) as connection:
                return str(connection.execute(text("SELECT pg_current_wal_insert_lsn()")).scalar())
        with self._lock:
            return self._data_version()

    def _data_version(self) -> str:
        try:
            if self._own is None:
                self._own = self._engine.raw_connection()
            cursor = self._own.cursor()
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone()  # type: ignore[misc]
            cursor.close()
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
            raise LedgerError("the ledger's store failed while it was asked for changes") from error
        return str(version)


def count_waiting(engine: Engine) -> Mapping[str, int]:
    """Return how many files are in quarantine and how many dead letters there are, by the name of their page."""
    with looking(engine) as connection:
        quarantined = connection.execute(select(func.count()).select_from(tables.quarantine)).scalar() or 0
        return {"quarantine": quarantined, "dead_letters": sum(dead_letters.count(connection).values())}
