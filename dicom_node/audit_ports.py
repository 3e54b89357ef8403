"""The port of the audit trail: what everybody calls who has something to record."""

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
