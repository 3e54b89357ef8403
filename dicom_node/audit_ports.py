"""The port of the audit trail: what everybody calls who has something to record."""

from collections.abc import Sequence
from typing import Protocol

from domain.audit import AuditEvent


class AuditTrail(Protocol):
    """Keeps audit events for good, in the order in which they are recorded."""

    def record(self, event: AuditEvent) -> None:
        """Keep an event durably; nothing where its `cause` was recorded before. `domain/audit_templates.py` makes it.

        It is written in a transaction of its own, so that an error of it is one of the trail: who calls decides
        whether the work stands without it.

        Raises:
            LedgerError: it could not be kept.
        """
        ...


class AuditOutbox(Protocol):
    """What of the audit trail waits for its repository."""

    def waiting(self) -> int:
        """Return how many records were not sent."""
        ...

    def next(self, limit: int) -> Sequence[tuple[int, AuditEvent]]:
        """Return the oldest records that were not sent, with their numbers."""
        ...

    def settle(self, number: int) -> None:
        """Keep that everything up to a record was sent."""
        ...

    def skip(self, count: int) -> None:
        """Send no more of the oldest records; they stay in the trail."""
        ...
