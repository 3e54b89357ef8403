"""How far the audit trail was sent to a repository: the trail itself is the queue, so that nothing is kept twice."""

from typing import Final

from sqlalchemy import Engine, func, select

from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_tables import audit
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.marks import keep_mark, read_mark
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
            return int(last) - int(read_mark(connection, _SENT) or 0)

    def next(self, limit: int) -> tuple[tuple[int, AuditEvent], ...]:
        """Return the oldest records that were not sent, with their numbers."""
        with looking(self._engine) as connection:
            sent = int(read_mark(connection, _SENT) or 0)
        return tuple((each.number, each.event) for each in self._book.after(sent, limit))

    def settle(self, number: int) -> None:
        """Keep that everything up to a record was sent."""
        with writing(self._engine) as connection:
            keep_mark(connection, _SENT, str(number))

    def skip(self, count: int) -> None:
        """Send no more of the oldest records."""
        with writing(self._engine) as connection:
            keep_mark(connection, _SENT, str(int(read_mark(connection, _SENT) or 0) + count))
