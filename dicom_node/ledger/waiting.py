"""What waits for each stage, how much of it, and since when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.sql import ColumnElement

from dicom_node.ledger import tables
from dicom_node.ledger.commitment_tables import commitment
from dicom_node.monitoring_ports import Queue, Stage
from domain.commitment import ENDED, CommitmentState
from domain.delivery import DeliveryState
from domain.study import StudyState

_STUDY, _INSTANCE, _READING, _DELIVERY = tables.study.c, tables.instance.c, tables.reading.c, tables.delivery.c
#: Commitments that something follows by itself.
_PENDING: Final = commitment.c.state.in_([each for each in CommitmentState if each not in ENDED])


def find_queues(connection: Connection) -> Iterator[Queue]:
    """Give what waits for each stage; deliveries and commitments by their destination."""
    yield _study_queue(connection, Stage.COMPLETE, StudyState.OPEN, _STUDY.first_arrival_at)
    yield _unread_queue(connection)
    yield _study_queue(connection, Stage.COMPOSED, StudyState.COMPLETE, _STUDY.closed_at)
    yield from _destination_queues(
        connection, Stage.DELIVERED, tables.delivery, _DELIVERY.state == DeliveryState.WAITING
    )
    yield from _destination_queues(connection, Stage.COMMITTED, commitment, _PENDING)


def _study_queue(connection: Connection, stage: Stage, state: StudyState, since: ColumnElement[Any]) -> Queue:
    query = select(func.count(), func.min(since)).where(_STUDY.state == state)
    number, oldest = connection.execute(query).one()
    return Queue(stage, number, oldest)


def _unread_queue(connection: Connection) -> Queue:
    """Return the images of studies on their way that no model has spoken of."""
    under_way = _STUDY.state.in_((StudyState.OPEN, StudyState.COMPLETE))
    of_version = and_(
        _INSTANCE.study_instance_uid == _STUDY.study_instance_uid, _INSTANCE.version == _STUDY.version, under_way
    )
    query = (
        select(func.count(), func.min(_INSTANCE.received_at))
        .select_from(tables.study)
        .join(tables.instance, of_version)
        .join(tables.reading, _READING.sha256 == _INSTANCE.sha256, isouter=True)
        .where(_READING.sha256.is_(None))
    )
    number, oldest = connection.execute(query).one()
    return Queue(Stage.READ, number, oldest)


def _destination_queues(
    connection: Connection, stage: Stage, table: Any, condition: ColumnElement[bool]
) -> Iterable[Queue]:
    """Return what waits for each destination, those deliveries included that follow an answer."""
    columns = table.c
    of_version = and_(
        _STUDY.study_instance_uid == columns.study_instance_uid, _STUDY.version == columns.version, condition
    )
    query = (
        select(columns.destination, func.count(), func.min(_STUDY.answered_at))
        .select_from(table)
        .join(tables.study, of_version)
        .group_by(columns.destination)
    )
    found: dict[str, Queue] = {}
    for name, number, oldest in connection.execute(query):
        destination = name.partition(":")[0]
        before = found.get(destination, Queue(stage, 0, oldest, destination))
        found[destination] = Queue(stage, before.items + number, _earlier(before.oldest_at, oldest), destination)
    return found.values()


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)
