"""The audit trail in the ledger: rows that are only added, each proven by the digest of the one before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection, Engine, insert, select

from dicom_node.ledger.audit_content import GENESIS, chain, digest_of, write_content, write_patient
from dicom_node.ledger.audit_tables import audit
from dicom_node.ledger.database import writing
from dicom_node.ledger.marks import HEAD_MARK, keep_mark
from dicom_node.ports import Clock
from domain.audit import AuditedPatient, AuditEvent

#: Whoever adds a row in PostgreSQL waits for this lock until the one before has committed; SQLite has one writer.
_LOCK: Final = 0x6F73746F61756474

FindPatient = Callable[[str], AuditedPatient | None]


@dataclass(frozen=True, slots=True)
class _Head:
    number: int
    digest: str


class LedgerAuditTrail:
    """Implements audit_ports.AuditTrail. Safe for threads and for several processes on one ledger.

    Args:
        find_patient: says whose study it is, by its Study Instance UID, for events that name none; asked before the
            transaction, and only for events with exactly one study.
    """

    def __init__(self, engine: Engine, clock: Clock, find_patient: FindPatient = lambda _uid: None) -> None:
        self._engine, self._clock, self._find_patient = engine, clock, find_patient

    def record(self, event: AuditEvent) -> None:
        """Keep an event; see the port."""
        self.record_all((event,))

    def record_all(self, events: Sequence[AuditEvent]) -> None:
        """Keep several events in one transaction, in their order."""
        complete = [self._complete(each) for each in events]
        if complete:
            with writing(self._engine) as connection:
                append(connection, complete)

    def _complete(self, event: AuditEvent) -> AuditEvent:
        occurred_at = event.occurred_at or self._clock.now()
        patient = event.patient
        if patient is None and len(event.studies) == 1:
            patient = self._find_patient(event.studies[0].study_instance_uid)
        return replace(event, occurred_at=occurred_at, patient=patient)


def append(connection: Connection, events: Sequence[AuditEvent]) -> None:
    """Add events that have a time, in a write transaction of the caller; those told before are left out."""
    head = before = _take_head(connection)
    for event in events:
        if event.cause and _is_told(connection, event.cause):
            continue
        head = _add(connection, head, event)
    if head != before:  # so that records that are cut off at the end are missed
        keep_mark(connection, HEAD_MARK, f"{head.number} {head.digest}")


def _take_head(connection: Connection) -> _Head:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    row = connection.execute(select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)).first()
    return _Head(row.number, row.digest) if row is not None else _Head(0, GENESIS)


def _is_told(connection: Connection, cause: str) -> bool:
    return connection.execute(select(audit.c.number).where(audit.c.cause == cause)).first() is not None


def _add(connection: Connection, head: _Head, event: AuditEvent) -> _Head:
    if event.occurred_at is None:
        raise ValueError("an event is recorded with its time")
    content, patient = write_content(event, event.occurred_at), write_patient(event.patient)
    patient_digest = digest_of(patient)
    number = head.number + 1
    digest = chain(head.digest, number, content, patient_digest)
    row = {
        "number": number,
        "occurred_at": event.occurred_at,
        "event": event.event_id.code,
        "outcome": int(event.outcome),
        "who": event.who,
        "study_instance_uid": event.studies[0].study_instance_uid if event.studies else None,
        "cause": event.cause or None,
        "content": content,
        "patient": patient,
        "patient_digest": patient_digest,
        "previous": head.digest,
        "digest": digest,
    }
    connection.execute(insert(audit).values(row))
    return _Head(number, digest)
