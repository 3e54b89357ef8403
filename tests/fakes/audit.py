"""An audit trail in memory."""

from domain.audit import AuditEvent


class FakeAuditTrail:
    """Implements audit_ports.AuditTrail; `events` are what was recorded."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []

    def record(self, event: AuditEvent) -> None:
        """Keep an event; nothing where its cause was told."""
        if not event.cause or event.cause not in {each.cause for each in self.events}:
            self.events.append(event)
