"""Who was heard of when: the senders of images, and the destinations of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, func, select

from dicom_node.delivery_ports import DestinationContact, SenderContact
from dicom_node.ledger import destinations, tables
from dicom_node.ledger.database import looking
from dicom_node.ledger.search_tables import study_sender
from domain.delivery import Outcome


class ContactBook:
    """Implements ContactLedger; safe while a node writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def senders(self, since: datetime) -> Sequence[SenderContact]:
        """Return whose studies images came of since a time, by AE title; see the port."""
        senders, studies = study_sender.c, tables.study.c
        arrived = func.max(studies.last_arrival_at, type_=tables.UtcDateTime()).label("arrived_at")
        # One row a study first: the studies of a time lead to their senders, and not all senders to all studies.
        # Grouped by an expression: for the bare column SQLite would walk along its index, past every study there is.
        uid = (studies.study_instance_uid + "").label("study_instance_uid")
        recent = select(uid, arrived).where(studies.last_arrival_at >= since).group_by(uid).subquery()
        last = func.max(recent.c.arrived_at, type_=tables.UtcDateTime())
        query = (
            select(senders.calling_ae_title, last, func.count())
            .join_from(recent, study_sender, senders.study_instance_uid == recent.c.study_instance_uid)
            .group_by(senders.calling_ae_title)
            .order_by(senders.calling_ae_title)
        )
        with looking(self._engine) as connection:
            return [SenderContact(*row) for row in connection.execute(query)]

    def destinations(self, since: datetime) -> Mapping[str, DestinationContact]:
        """Return how each destination that anything went to since a time, or waits for, has answered."""
        with looking(self._engine) as connection:
            found = {
                name: DestinationContact(name, breaker=line.breaker, deliveries=line.deliveries)
                for name, line in destinations.lines_of(connection).items()
            }
            for name, ended_at, explanation in _last_attempts(connection, since):
                known = found.get(name, DestinationContact(name))
                found[name] = replace(known, last_attempt_at=ended_at, last_explanation=explanation)
            for name, delivered_at in _last_deliveries(connection, since):
                found[name] = replace(found.get(name, DestinationContact(name)), last_delivered_at=delivered_at)
        return found


def _last_attempts(connection: Connection, since: datetime) -> Sequence[tuple[str, datetime, str]]:
    """Return the last attempt at each destination; that of what follows an answer is told with another name."""
    columns = tables.attempt.c
    last = (
        select(columns.destination, func.max(columns.ended_at).label("ended_at"))
        .where(columns.ended_at >= since)
        .group_by(columns.destination)
        .subquery()
    )
    query = select(columns.destination, columns.ended_at, columns.explanation).join(
        last, and_(columns.destination == last.c.destination, columns.ended_at == last.c.ended_at)
    )
    return [(row.destination, row.ended_at, row.explanation) for row in connection.execute(query)]


def _last_deliveries(connection: Connection, since: datetime) -> Sequence[tuple[str, datetime]]:
    columns = tables.attempt.c
    last = func.max(columns.ended_at, type_=tables.UtcDateTime())
    query = select(columns.destination, last).where(columns.ended_at >= since, columns.outcome == Outcome.DELIVERED)
    return [(name, ended_at) for name, ended_at in connection.execute(query.group_by(columns.destination))]
