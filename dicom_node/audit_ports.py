"""The ports of the audit trail: what everybody calls who has something to record, and what a person reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from domain.audit import AuditEvent, EventID


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


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One row of the trail. `is_erased`: it named a patient, who was erased."""

    number: int
    event: AuditEvent
    is_erased: bool
    digest: str


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """What is looked for; what is empty is not asked for.

    Attributes:
        before: records with smaller numbers, for the next page.
        since, until: aware times of the event.
        failures: only those that did not succeed.
    """

    event_id: EventID | None = None
    who: str = ""
    study_instance_uid: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    failures: bool = False


#: A search for every record.
EVERYTHING: Final = AuditSearch()


class AuditReading(Protocol):
    """What a person sees of the trail. Patients are in it: who shows them asks whether the reader may see them."""

    def records(self, search: AuditSearch = EVERYTHING, *, limit: int = 100) -> tuple[AuditRecord, ...]:
        """Return the newest records that match, newest first; raises LedgerError."""
        ...
