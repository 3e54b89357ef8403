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


class FakeAuditOutbox(FakeAuditTrail):
    """Implements audit_ports.AuditOutbox beside the trail."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    def waiting(self) -> int:
        """Return how many events were not sent."""
        return len(self.events) - self.sent

    def next(self, limit: int) -> list[tuple[int, AuditEvent]]:
        """Return the oldest that were not sent, with their numbers."""
        return list(enumerate(self.events, start=1))[self.sent : self.sent + limit]

    def settle(self, number: int) -> None:
        """Keep that everything up to an event was sent."""
        self.sent = number

    def skip(self, count: int) -> None:
        """Send no more of the oldest."""
        self.sent += count
