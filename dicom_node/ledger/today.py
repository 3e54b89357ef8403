"""The numbers of today: what came, was read and answered, what waits and for how long, what failed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Final

from sqlalchemy import Connection, Engine, Select, case, exists, func, select
from sqlalchemy.orm import aliased

from dicom_node.ledger import breakers, dead_letters, destinations, tables
from dicom_node.ledger.database import looking
from dicom_node.today_ports import DestinationNow, Hour, Latency, Today, Waiting
from domain.breaker import Breaker, BreakerState
from domain.delivery import DeliveryState, Outcome
from domain.finding import ReadingStatus
from domain.study import CompletionRule, StudyState

_STUDIES, _IMAGES, _READINGS = tables.study.c, tables.instance.c, tables.reading.c
_DELIVERIES = tables.delivery.c
_HOUR: Final = timedelta(hours=1)


class DayBook:
    """Counts what happened since a moment; safe while a node writes to the ledger.

    Args:
        destinations: names of those that the configuration has, in its order.
    """

    def __init__(self, engine: Engine, destinations: Sequence[str] = ()) -> None:
        self._engine = engine
        self._names = tuple(destinations)

    def today(self, since: datetime, now: datetime) -> Today:
        """Return the numbers since a moment."""
        with looking(self._engine) as connection:
            hours = _hours(since, now)
            arrived = _arrivals(connection, since, hours)
            answered, shadowed = _answers(connection, since), _shadowed(connection, since)
            spoken = _spoken(connection, since)
            return Today(
                since=since,
                images=sum(arrived.values()),
                received=len({uid for uid, _hour in arrived}),
                read=spoken[ReadingStatus.READ],
                unread=spoken.total() - spoken[ReadingStatus.READ],
                answered=len(answered),
                shadowed=shadowed,
                latency=_latency([seconds for _at, seconds in answered if seconds is not None]),
                taking=_in_state(connection, StudyState.OPEN, by_first=True),
                answering=_in_state(connection, StudyState.COMPLETE),
                sending=_first_of(connection, _of_deliveries(DeliveryState.WAITING)),
                held=_in_state(connection, StudyState.HELD),
                failed=_first_of(connection, _failed()),
                refused_attempts=_refused(connection, since),
                quarantined=_quarantined(connection, since),
                destinations=_destinations(connection, self._names),
                hours=_chart(hours, arrived, [at for at, _seconds in answered]),
            )


def _arrivals(connection: Connection, since: datetime, hours: Sequence[datetime]) -> Mapping[tuple[str, int], int]:
    """Count the images since then by study and hour, by way of the studies of then: images have no index by time.

    Counted by the database: thousands of times are not made into objects for a page.
    """
    recent = select(_STUDIES.study_instance_uid).where(_STUDIES.last_arrival_at >= since)
    # The latest first: each image is of the first hour that had begun when it came.
    branches = [(_IMAGES.received_at >= begin, number) for number, begin in reversed(list(enumerate(hours)))]
    images = select(_IMAGES.study_instance_uid, case(*branches, else_=0).label("hour")).where(
        _IMAGES.study_instance_uid.in_(recent), _IMAGES.received_at >= since
    )
    each = images.subquery().c
    counted = select(each.study_instance_uid, each.hour, func.count())
    rows = connection.execute(counted.group_by(each.study_instance_uid, each.hour))
    return {(uid, hour): number for uid, hour, number in rows}


def _spoken(connection: Connection, since: datetime) -> Counter[str]:
    """Count what models said of images since then, by status."""
    query = select(_READINGS.status, func.count()).where(_READINGS.read_at >= since).group_by(_READINGS.status)
    return Counter({status: number for status, number in connection.execute(query)})


def _answers(connection: Connection, since: datetime) -> Sequence[tuple[datetime, float | None]]:
    """Return when versions were answered, and how long after their last image; None where no image asked for them."""
    query = select(_STUDIES.answered_at, _STUDIES.last_arrival_at, _STUDIES.closed_by)
    rows = connection.execute(query.where(_STUDIES.answered_at >= since, _STUDIES.state != StudyState.SHADOW))
    return [
        (answered, None if rule == CompletionRule.ON_REQUEST else max(0.0, (answered - arrived).total_seconds()))
        for answered, arrived, rule in rows
    ]


def _shadowed(connection: Connection, since: datetime) -> int:
    made = _STUDIES.answered_at >= since, _STUDIES.state == StudyState.SHADOW
    return int(connection.execute(select(func.count()).select_from(tables.study).where(*made)).scalar_one())


def _latency(seconds: Sequence[float]) -> Latency:
    if not seconds:
        return Latency(0)
    p95 = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Latency(len(seconds), median(seconds), p95)


def _in_state(connection: Connection, state: StudyState, *, by_first: bool = False) -> Waiting:
    """Return the versions in a state, and the one that is longest in it; held ones that a later one superseded not."""
    since = _STUDIES.first_arrival_at if by_first else func.coalesce(_STUDIES.closed_at, _STUDIES.last_arrival_at)
    query = select(_STUDIES.study_instance_uid, since.label("since")).where(_STUDIES.state == state)
    if state is StudyState.HELD:
        later = aliased(tables.study).c
        query = query.where(
            ~exists().where(later.study_instance_uid == _STUDIES.study_instance_uid, later.version > _STUDIES.version)
        )
    return _first_of(connection, query)


def _of_deliveries(state: DeliveryState) -> Select[tuple[str, datetime]]:
    """Select deliveries, each with the time of its answer."""
    is_its_version = (_STUDIES.study_instance_uid == _DELIVERIES.study_instance_uid) & (
        _STUDIES.version == _DELIVERIES.version
    )
    query = select(_DELIVERIES.study_instance_uid, _STUDIES.answered_at.label("since"))
    return query.join_from(tables.delivery, tables.study, is_its_version).where(_DELIVERIES.state == state)


def _failed() -> Select[tuple[str, datetime]]:
    """Select what ledger/dead_letters.py lists, in one question: after a day without the archive it is thousands."""
    later, retracted = aliased(tables.delivery).c, tables.retraction.c
    arrived_after = exists().where(
        later.study_instance_uid == _DELIVERIES.study_instance_uid,
        later.destination == _DELIVERIES.destination,
        later.version > _DELIVERIES.version,
        later.state == DeliveryState.DELIVERED,
    )
    taken_back = exists().where(
        retracted.study_instance_uid == _DELIVERIES.study_instance_uid, retracted.version > _DELIVERIES.version
    )
    held = _of_deliveries(DeliveryState.HELD)
    return held.where(_DELIVERIES.explanation != dead_letters.HELD_BY_PERSON, ~arrived_after, ~taken_back)


def _first_of(connection: Connection, query: Select[tuple[str, datetime]]) -> Waiting:
    """Return how many rows there are, and the one that waits longest."""
    first = connection.execute(
        query.add_columns(func.count().over().label("number")).order_by("since").limit(1)
    ).first()
    return Waiting(first.number, first.since, first.study_instance_uid) if first else Waiting(0)


def _refused(connection: Connection, since: datetime) -> int:
    columns = tables.attempt.c
    query = select(func.count()).where(columns.ended_at >= since, columns.outcome != Outcome.DELIVERED)
    return int(connection.execute(query).scalar_one())


def _quarantined(connection: Connection, since: datetime) -> int:
    query = select(func.count()).select_from(tables.quarantine).where(tables.quarantine.c.recorded_at >= since)
    return int(connection.execute(query).scalar_one())


def _destinations(connection: Connection, names: Sequence[str]) -> tuple[DestinationNow, ...]:
    """Return how destinations answer, and what waits for them."""
    known = {each.destination: each for each in breakers.every(connection)}
    counts = destinations.count_unfinished(connection)
    every = dict.fromkeys((*names, *sorted(known), *sorted(name for name, _state in counts)))
    return tuple(_destination(name, known.get(name), counts) for name in every)


def _destination(name: str, breaker: Breaker | None, counts: Mapping[tuple[str, str], int]) -> DestinationNow:
    return DestinationNow(
        name=name,
        state=breaker.state if breaker else BreakerState.CLOSED,
        since=breaker.since if breaker else None,
        waiting=counts.get((name, DeliveryState.WAITING), 0),
        held=counts.get((name, DeliveryState.HELD), 0),
        explanation=breaker.explanation if breaker else "",
    )


def _hours(since: datetime, now: datetime) -> list[datetime]:
    """Return when each hour since then began."""
    return [since + number * _HOUR for number in range(max(0, (now - since) // _HOUR) + 1)]


def _chart(
    hours: Sequence[datetime], arrived: Mapping[tuple[str, int], int], answered: Sequence[datetime]
) -> tuple[Hour, ...]:
    came: Counter[int] = Counter()
    for (_uid, hour), number in arrived.items():
        came[hour] += number
    went = Counter((at - hours[0]) // _HOUR for at in answered)
    return tuple(Hour(begin, came[number], went[number]) for number, begin in enumerate(hours))
