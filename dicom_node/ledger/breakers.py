"""The circuit breakers of the destinations, and the deliveries that wait for one.

A delivery that waits for a breaker has no planned attempt, like one that waits for an earlier version of its study; it
is planned again by `release`, in batches, so that a long queue keeps no other writer waiting.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    delete,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from dicom_node.ledger import deliveries, tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.delivery_tables import breaker as table
from dicom_node.ledger.rows import delivery_from
from dicom_node.ports import Clock, Probe, Starts
from domain.breaker import Breaker, BreakerState
from domain.delivery import Delivery, DeliveryState

#: Deliveries that are planned in one transaction.
BATCH: Final = 50


class Breakers:
    """What the pipeline asks before an attempt and tells after it (the port Breakers). Safe for threads.

    Args:
        starts: starts the attempts of the deliveries that are let through.
        batch: deliveries that are planned in one transaction.
    """

    def __init__(self, engine: Engine, clock: Clock, starts: Starts, *, batch: int = BATCH) -> None:
        self._engine = engine
        self._clock = clock
        self._starts = starts
        self._batch = batch

    def restart(self, destinations: Collection[str]) -> None:
        """Forget the breakers of other destinations, and probe the others that are open at once; see the port."""
        with writing(self._engine) as connection:
            connection.execute(delete(table).where(table.c.destination.not_in(list(destinations))))
            connection.execute(update(table).values(probe_at=None))

    def admit(self, delivery: Delivery, *, soonest: timedelta) -> bool:
        """Return whether an attempt may be made now; otherwise the delivery waits; see the port."""
        with looking(self._engine) as connection:
            if _admits(find(connection, delivery.peer), delivery):
                return True
        with writing(self._engine) as connection:
            breaker = find(connection, delivery.peer)
            if _admits(breaker, delivery):
                return True
            deliveries.change(connection, delivery, next_attempt_at=None)
            if breaker is not None and delivery.attempts == 0:
                _keep(connection, breaker.expect(self._clock.now() + soonest))
        return False

    def note(
        self, delivery: Delivery, explanation: str, *, answered: bool, limit: int, wait: Callable[[int], timedelta]
    ) -> Breaker | None:
        """Keep how an attempt ended; see the port."""
        with looking(self._engine) as connection:
            if answered and _is_calm(find(connection, delivery.peer)):
                return None
        with writing(self._engine) as connection:
            now = self._clock.now()
            before = find(connection, delivery.peer)
            known = before or Breaker(delivery.peer, BreakerState.CLOSED, now)
            after = (
                known.succeed(now) if answered else known.fail(now, explanation, limit=limit, wait=wait(known.trials))
            )
            _keep(connection, after)
            if after.lets_all_through and not known.lets_all_through:
                _free(connection, after.destination, now)
        return after if after.state is not known.state else None

    def due(self, waits: Mapping[str, timedelta]) -> tuple[str, ...]:
        """Return the destinations to probe now; `waits` names each with its longest wait between two probes."""
        now = self._clock.now()
        with looking(self._engine) as connection:
            return tuple(
                each.destination
                for each in every(connection)
                if each.destination in waits and each.is_due(now, waits[each.destination])
            )

    def keep_probe(self, destination: str, probe: Probe, *, wait: timedelta) -> None:
        """Keep what a probe found: a destination that is there gets one delivery, to see."""
        with writing(self._engine) as connection:
            breaker = find(connection, destination)
            if breaker is not None:
                now = self._clock.now()
                found = breaker.keep_probe(now, reachable=probe.reachable, explanation=probe.explanation, wait=wait)
                _keep(connection, found)

    def release(self) -> int:
        """Plan the deliveries that no breaker keeps waiting, at most a batch; return how many."""
        with looking(self._engine) as connection:
            blocked = [each for each in every(connection) if not each.lets_all_through]
            trying = [each for each in blocked if _needs_trial(connection, each)]
            waits = connection.execute(_unplanned(blocked).limit(1)).first() is not None
        if not (trying or waits):
            return 0
        with writing(self._engine) as connection:
            tried = sum(self._try(connection, each.destination) for each in trying)
            return tried + self._plan(connection, _unplanned(blocked).order_by(*_oldest_first()).limit(self._batch))

    def _try(self, connection: Connection, destination: str) -> int:
        """Let the delivery that was tried least go to a destination that is half open; close it where none waits."""
        breaker = find(connection, destination)
        if breaker is None or not _needs_trial(connection, breaker):
            return 0
        columns = tables.delivery.c
        waiting = _waiting_unplanned().where(_goes_to([destination]))
        tried_least = waiting.order_by(columns.attempts, *_oldest_first())
        row = connection.execute(tried_least.limit(1)).mappings().first()
        if row is None:
            _keep(connection, breaker.succeed(self._clock.now()))
            _free(connection, destination, self._clock.now())
            return 0
        chosen = delivery_from(row)
        connection.execute(update(table).where(table.c.destination == destination).values(trial=_name(chosen)))
        deliveries.plan(connection, chosen, self._starts, self._clock.now())
        return 1

    def _plan(self, connection: Connection, query: Select[Any]) -> int:
        rows = connection.execute(query).mappings().all()
        for row in rows:
            deliveries.plan(connection, delivery_from(row), self._starts, self._clock.now())
        return len(rows)


def find(connection: Connection, destination: str) -> Breaker | None:
    """Return the breaker of a destination, locked until the transaction ends; None where it never failed."""
    query = select(table).where(table.c.destination == destination).with_for_update()
    row = connection.execute(query).mappings().first()
    return None if row is None else Breaker(**{**row, "state": BreakerState(row["state"])})


def every(connection: Connection) -> Sequence[Breaker]:
    """Return the breakers of all destinations that ever failed."""
    rows = connection.execute(select(table)).mappings()
    return [Breaker(**{**row, "state": BreakerState(row["state"])}) for row in rows]


def hasten(connection: Connection, destinations: Iterable[str]) -> None:
    """Probe these destinations at once, where they are open: a person asks for them."""
    connection.execute(update(table).where(table.c.destination.in_(list(destinations))).values(probe_at=None))


def _free(connection: Connection, destination: str, now: datetime) -> None:
    """Let what waits for a time that was chosen while a destination failed go as soon as it is back."""
    columns = tables.delivery.c
    waits = columns.state == DeliveryState.WAITING, columns.next_attempt_at > now
    freed = update(tables.delivery).where(_goes_to([destination]), *waits)
    connection.execute(freed.values(turn=columns.turn + 1, next_attempt_at=None))


def _keep(connection: Connection, breaker: Breaker) -> None:
    connection.execute(delete(table).where(table.c.destination == breaker.destination))
    connection.execute(insert(table).values(asdict(breaker)))


def _is_calm(breaker: Breaker | None) -> bool:
    return breaker is None or (breaker.lets_all_through and not breaker.failures)


def _admits(breaker: Breaker | None, delivery: Delivery) -> bool:
    return breaker is None or breaker.lets_all_through or breaker.trial == _name(delivery)


def _name(delivery: Delivery) -> str:
    return f"{delivery.study_instance_uid}:{delivery.version}:{delivery.destination}"


def _needs_trial(connection: Connection, breaker: Breaker) -> bool:
    """Return whether a breaker is half open and no delivery is on its way there that shows how it answers."""
    if breaker.state is not BreakerState.HALF_OPEN:
        return False
    if not breaker.trial:
        return True
    uid, version, destination = breaker.trial.split(":", 2)
    columns = tables.delivery.c
    under_way = select(columns.state).where(
        deliveries.is_delivery(uid, int(version), destination),
        columns.state == DeliveryState.WAITING,
        columns.next_attempt_at.is_not(None),
    )
    return connection.execute(under_way).first() is None


def _waiting_unplanned() -> Select[Any]:
    """Select what waits without a planned attempt and not for an earlier version of its study."""
    columns, earlier = tables.delivery.c, aliased(tables.delivery).c
    goes_before = exists().where(
        earlier.study_instance_uid == columns.study_instance_uid,
        earlier.destination == columns.destination,
        earlier.version < columns.version,
        earlier.state == DeliveryState.WAITING,
    )
    is_unplanned = and_(columns.state == DeliveryState.WAITING, columns.next_attempt_at.is_(None))
    return select(tables.delivery).where(is_unplanned, not_(goes_before))


def _oldest_first() -> tuple[ColumnElement[Any], ...]:
    """Return what to order deliveries by: when their version was answered."""
    columns, answered = tables.delivery.c, tables.study.c
    when = select(answered.answered_at).where(
        answered.study_instance_uid == columns.study_instance_uid, answered.version == columns.version
    )
    return when.scalar_subquery(), columns.study_instance_uid


def _unplanned(blocked: Iterable[Breaker]) -> Select[Any]:
    names = [each.destination for each in blocked]
    return _waiting_unplanned().where(not_(_goes_to(names))) if names else _waiting_unplanned()


def _goes_to(names: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition for the deliveries to some destinations, those that follow an answer included."""
    column = tables.delivery.c.destination
    return or_(*(column == name for name in names), *(column.like(f"{name}:%") for name in names))
