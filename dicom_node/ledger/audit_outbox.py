"""How far the audit trail was sent to a repository: the trail itself is the queue, so that nothing is kept twice."""

from typing import Final

from sqlalchemy import Connection, Engine, func, insert, select, update

from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_tables import audit
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.tables import meta
from domain.audit import AuditEvent

_SENT: Final = "audit_sent"


class LedgerAuditOutbox:
    """Implements audit_ports.AuditOutbox."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._book = engine, AuditBook(engine)

    def waiting(self) -> int:
        """Return how many records were not sent."""
        with looking(self._engine) as connection:
            last = connection.execute(select(func.max(audit.c.number))).scalar() or 0
            return int(last) - _read_mark(connection, _SENT)

    def next(self, limit: int) -> tuple[tuple[int, AuditEvent], ...]:
        """Return the oldest records that were not sent, with their numbers."""
        with looking(self._engine) as connection:
            sent = _read_mark(connection, _SENT)
        return tuple((each.number, each.event) for each in self._book.after(sent, limit))

    def settle(self, number: int) -> None:
        """Keep that everything up to a record was sent."""
        with writing(self._engine) as connection:
            keep_mark(connection, _SENT, str(number))

    def skip(self, count: int) -> None:
        """Send no more of the oldest records."""
        with writing(self._engine) as connection:
            keep_mark(connection, _SENT, str(_read_mark(connection, _SENT) + count))


def keep_mark(connection: Connection, name: str, value: str) -> None:
    """Keep one value under its name, in the place of the one before."""
    changed = connection.execute(update(meta).where(meta.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(insert(meta).values(name=name, value=value))


def _read_mark(connection: Connection, name: str) -> int:
    return int(connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar() or 0)
