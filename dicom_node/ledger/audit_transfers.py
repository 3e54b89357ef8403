"""What came in and what went out, for the audit trail: found in rows that are durable anyway.

So the way of an image to the disk does nothing for it, and nothing is forgotten over a crash: what was received when
its version of the study closed, what was sent with each attempt. Each has a cause of its own, and is recorded once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, select

from dicom_node.ledger import tables
from dicom_node.ledger.audit_tables import audit
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.marks import keep_mark, read_mark
from dicom_node.ports import Clock
from domain.audit import Action, AuditedStudy, AuditEvent, EventID, EventOutcome, Participant, Role
from domain.audit_templates import instances_transferred
from domain.delivery import Outcome

_MARK: Final = "audit_seen"
#: A transaction may commit so long after the time that its rows state; what is seen twice is recorded once.
_OVERLAP: Final = timedelta(minutes=5)
#: The mark is moved so often, and not with every look: that would be a commit each.
_MARK_AGE: Final = timedelta(minutes=1)
_OUTCOMES: Final = {
    Outcome.DELIVERED.value: EventOutcome.SUCCESS,
    Outcome.RETRY.value: EventOutcome.MINOR_FAILURE,
    Outcome.REFUSED.value: EventOutcome.SERIOUS_FAILURE,
}


class AuditTransfers:
    """Records transfers that are in the ledger and not yet in its audit trail.

    Args:
        node: this process, as the trail names it.
        peers: how the trail names each destination, by its name in the configuration.
    """

    def __init__(
        self, engine: Engine, trail: LedgerAuditTrail, clock: Clock, node: Participant, peers: Mapping[str, Participant]
    ) -> None:
        self._engine, self._trail, self._clock = engine, trail, clock
        self._node, self._peers = node, peers

    def look(self) -> int:
        """Record what is new; return how many events. To be called every few seconds."""
        now = self._clock.now()
        with looking(self._engine) as connection:
            mark = _read_mark(connection)
            # A ledger without a mark begins now: its past is not told.
            since = (mark or now) - _OVERLAP
            found = [*self._received(connection, since), *self._sent(connection, since)]
            told = _told(connection, found)
        new = [event for event in found if event.cause not in told]
        self._trail.record_all(new)
        if mark is None or now - mark > _MARK_AGE:
            with writing(self._engine) as connection:
                keep_mark(connection, _MARK, now.isoformat())
        return len(new)

    def _received(self, connection: Connection, since: datetime) -> Iterator[AuditEvent]:
        study, image = tables.study.c, tables.instance.c
        same = (image.study_instance_uid == study.study_instance_uid) & (image.version == study.version)
        who = (study.study_instance_uid, study.version, image.calling_ae_title, image.called_ae_title)
        counted = select(
            *who, image.sop_class_uid, func.count().label("images"), func.max(image.received_at).label("at")
        )
        query = counted.join_from(tables.study, tables.instance, same).where(study.closed_at >= since)
        rows = connection.execute(query.group_by(*who, image.sop_class_uid)).mappings().all()
        for (uid, version, calling, called), classes in _grouped(rows).items():
            yield instances_transferred(
                Participant(calling or "unknown", _titles(calling), is_requestor=True, role=Role.SOURCE),
                Participant(self._node.user_id, _titles(called), role=Role.DESTINATION, address=self._node.address),
                AuditedStudy(uid, {each["sop_class_uid"]: each["images"] for each in classes}),
                None,
                action=Action.CREATE,
                occurred_at=max(each["at"] for each in classes),
                cause=f"received {uid} {version} {calling} {called}",
            )

    def _sent(self, connection: Connection, since: datetime) -> Iterator[AuditEvent]:
        for row in connection.execute(select(tables.attempt).where(tables.attempt.c.ended_at >= since)).mappings():
            for outcome in dict.fromkeys(each["outcome"] for each in row["receipts"]):
                yield self._attempted(connection, row, outcome)

    def _attempted(self, connection: Connection, row: Any, outcome: str) -> AuditEvent:
        uid, version, destination = row["study_instance_uid"], row["version"], row["destination"]
        identifiers = [each["identifier"] for each in row["receipts"] if each["outcome"] == outcome]
        known = select(tables.document.c.sop_class_uid).where(tables.document.c.identifier.in_(identifiers))
        classes = Counter(each for each in connection.execute(known).scalars() if each)
        name = destination.partition(":")[0]
        peer = self._peers.get(name, Participant(name, role=Role.DESTINATION))
        sent = instances_transferred(
            Participant(self._node.user_id, self._node.ae_titles, is_requestor=True, role=Role.SOURCE),
            peer,
            AuditedStudy(uid, classes),
            None,
            action=Action.CREATE,
            outcome=_OUTCOMES.get(outcome, EventOutcome.SERIOUS_FAILURE),
            explanation="" if outcome == Outcome.DELIVERED else row["explanation"],
            occurred_at=row["ended_at"],
            cause=f"sent {uid} {version} {destination} {row['turn']} {outcome}",
        )
        # A message or a file is no transfer of instances: data has left (A.5.3.4).
        is_export = peer.role is Role.DESTINATION_MEDIA
        return replace(sent, event_id=EventID.EXPORT, action=Action.READ) if is_export else sent


def _read_mark(connection: Connection) -> datetime | None:
    kept = read_mark(connection, _MARK)
    return datetime.fromisoformat(kept) if kept else None


def _grouped(rows: Any) -> dict[tuple[str, int, str, str], list[Any]]:
    groups: dict[tuple[str, int, str, str], list[Any]] = {}
    for row in rows:
        key = row["study_instance_uid"], row["version"], row["calling_ae_title"], row["called_ae_title"]
        groups.setdefault(key, []).append(row)
    return groups


def _told(connection: Connection, found: list[AuditEvent]) -> set[str]:
    told = set[str]()
    causes = [event.cause for event in found]
    for begin in range(0, len(causes), 500):  # SQLite takes only so many values in one question
        query = select(audit.c.cause).where(audit.c.cause.in_(causes[begin : begin + 500]))
        told.update(each for each in connection.execute(query).scalars() if each)
    return told


def _titles(ae_title: str) -> tuple[str, ...]:
    return (ae_title,) if ae_title else ()
