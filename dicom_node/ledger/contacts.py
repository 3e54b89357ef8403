"""Who was heard of when: the senders of images, and the destinations of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, case, func, select

from dicom_node.delivery_ports import DestinationContact, SenderContact
from dicom_node.ledger import breakers, destinations, tables
from dicom_node.ledger.database import looking
from dicom_node.ledger.search_tables import study_sender
from domain.breaker import Breaker
from domain.delivery import DeliveryState, Outcome

#: Where everything works each destination was heard of within it.
_DAY: Final = timedelta(days=1)


class ContactBook:
    """Implements ContactLedger; safe while a node writes.

    Args:
        destinations: names of those that the configuration has.
    """

    def __init__(self, engine: Engine, destinations: Sequence[str] = ()) -> None:
        self._engine = engine
        self._names = tuple(destinations)

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
        """Return how each destination of the configuration has answered since a time; see the port."""
        with looking(self._engine) as connection:
            breaks = {each.destination: each for each in breakers.every(connection)}
            unfinished = destinations.count_unfinished(connection)
            lately = _attempts(connection, since, self._names)
            said = _explanations(connection, [each.last_at for each in lately.values()])
        return {name: _contact(name, breaks.get(name), unfinished, lately.get(name), said) for name in self._names}


@dataclass(frozen=True, slots=True)
class _Attempts:
    """When the last attempt at a destination ended, and the last one that it took; None where it took none."""

    last_at: datetime
    delivered_at: datetime | None


def _attempts(connection: Connection, since: datetime, names: Sequence[str]) -> Mapping[str, _Attempts]:
    """Return the attempts by destination; those of a week are looked at where the last day does not tell of each."""
    columns = tables.attempt.c
    delivered_at = case((columns.outcome == Outcome.DELIVERED, columns.ended_at))
    times = [func.max(each, type_=tables.UtcDateTime()) for each in (columns.ended_at, delivered_at)]
    query = select(columns.destination, *times).group_by(columns.destination)
    newest = connection.execute(select(func.max(columns.ended_at, type_=tables.UtcDateTime()))).scalar_one()
    found: dict[str, _Attempts] = {}
    for begin in (max(since, newest - _DAY), since) if newest else ():
        found = {name: _Attempts(*times) for name, *times in connection.execute(query.where(columns.ended_at >= begin))}
        if all(name in found and found[name].delivered_at for name in names):
            break
    return found


def _explanations(connection: Connection, ended_at: Sequence[datetime]) -> Mapping[tuple[str, datetime], str]:
    columns = tables.attempt.c
    query = select(columns.destination, columns.ended_at, columns.explanation).where(columns.ended_at.in_(ended_at))
    return {(name, at): explanation for name, at, explanation in connection.execute(query)}


def _contact(
    name: str,
    breaker: Breaker | None,
    unfinished: Mapping[tuple[str, str], int],
    attempts: _Attempts | None,
    said: Mapping[tuple[str, datetime], str],
) -> DestinationContact:
    states = (DeliveryState.WAITING, DeliveryState.HELD)
    counted = {state: unfinished[name, state] for state in states if (name, state) in unfinished}
    if attempts is None:
        return DestinationContact(name, breaker=breaker, deliveries=counted)
    explanation = said[name, attempts.last_at]
    return DestinationContact(name, attempts.delivered_at, attempts.last_at, explanation, breaker, counted)
