"""Deliveries: planned attempt by attempt, one version of a study after the other, until delivered or held."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from dicom_node.ledger import tables
from dicom_node.ledger.rows import delivery_from, receipts_json
from dicom_node.ports import Starts
from domain.delivery import Attempt, Delivery, DeliveryState, Outcome
from domain.errors import LedgerError

#: Why an earlier version is not sent any more.
OVERTAKEN = "Not sent: version {} of this study, which takes its place, has arrived there."
_COLUMNS = frozenset(tables.delivery.c.keys())
_ATTEMPT_KEY = ("study_instance_uid", "version", "destination", "turn")


def is_delivery(study_instance_uid: str, version: int, destination: str) -> ColumnElement[bool]:
    """Return the condition for one delivery."""
    deliveries = tables.delivery.c
    return and_(
        deliveries.study_instance_uid == study_instance_uid,
        deliveries.version == version,
        deliveries.destination == destination,
    )


def find(connection: Connection, study_instance_uid: str, version: int, destination: str) -> Delivery:
    """Return one delivery, locked until the transaction ends.

    Raises:
        LedgerError: there is none.
    """
    query = select(tables.delivery).where(is_delivery(study_instance_uid, version, destination)).with_for_update()
    row = connection.execute(query).mappings().first()
    if row is None:
        raise LedgerError(f"version {version} of this study does not go to {destination}", subject=study_instance_uid)
    return delivery_from(row)


def open_delivery(
    connection: Connection, study_instance_uid: str, version: int, destination: str, now: datetime, starts: Starts
) -> None:
    """Open a delivery, and start it unless an earlier version still waits for the same destination.

    A waiting delivery without a next attempt is one that waits for its predecessor.
    """
    delivery = Delivery(study_instance_uid, version, destination, DeliveryState.WAITING)
    connection.execute(insert(tables.delivery).values(_row(delivery)))
    if not _waits_for_earlier(connection, delivery):
        plan(connection, delivery, starts, now)


def follow(connection: Connection, ended: Delivery, destination: str, now: datetime, starts: Starts) -> None:
    """Open the delivery that follows another one of the same version once that is delivered; nothing where it is open.

    Nothing either where the other one is not delivered.
    """
    key = ended.study_instance_uid, ended.version
    is_delivered = find(connection, *key, ended.destination).state is DeliveryState.DELIVERED
    if is_delivered and destination not in of_version(connection, *key):
        open_delivery(connection, *key, destination, now, starts)


def hold_back(study_instance_uid: str, version: int, destination: str, explanation: str) -> Delivery:
    """Return a delivery that waits for a person."""
    return Delivery(study_instance_uid, version, destination, DeliveryState.HELD, explanation=explanation)


def open_held(connection: Connection, delivery: Delivery) -> None:
    """Open a delivery that waits for a person from its beginning."""
    connection.execute(insert(tables.delivery).values(_row(delivery)))


def of_version(connection: Connection, study_instance_uid: str, version: int) -> dict[str, Delivery]:
    """Return the deliveries of one version by what they are called, locked until the transaction ends."""
    columns = tables.delivery.c
    query = select(tables.delivery).where(columns.study_instance_uid == study_instance_uid, columns.version == version)
    rows = connection.execute(query.with_for_update()).mappings()
    return {row["destination"]: delivery_from(row) for row in rows}


def plan(
    connection: Connection, delivery: Delivery, starts: Starts, now: datetime, delay: timedelta = timedelta()
) -> None:
    """Plan the next attempt of a delivery; every earlier plan is void from here on."""
    change(connection, delivery, turn=delivery.turn + 1, state=DeliveryState.WAITING, next_attempt_at=now + delay)
    planned = find(connection, delivery.study_instance_uid, delivery.version, delivery.destination)
    starts.deliver(connection, planned, delay_seconds=delay.total_seconds())


def change(connection: Connection, delivery: Delivery, **values: Any) -> None:
    """Change columns of a delivery."""
    key = is_delivery(delivery.study_instance_uid, delivery.version, delivery.destination)
    connection.execute(update(tables.delivery).where(key).values(values))


def keep_attempt(
    connection: Connection, planned: Delivery, attempt: Attempt, *, now: datetime, retry_after: timedelta | None
) -> Delivery | None:
    """Keep how an attempt ended; return the delivery to plan again, None where nothing follows.

    An attempt whose plan is void (somebody held or retried the delivery meanwhile) changes nothing, unless it
    succeeded: what was delivered is delivered.
    """
    _remember(connection, planned, attempt, now)
    delivery = find(connection, planned.study_instance_uid, planned.version, planned.destination)
    is_delivered = attempt.outcome is Outcome.DELIVERED
    if delivery.state is DeliveryState.DELIVERED or (delivery.turn != planned.turn and not is_delivered):
        return None
    merged = {receipt.identifier: receipt for receipt in (*delivery.receipts, *attempt.receipts)}
    is_last = is_delivered or retry_after is None
    ended = DeliveryState.DELIVERED if is_delivered else DeliveryState.HELD
    change(
        connection,
        delivery,
        state=ended if is_last else DeliveryState.WAITING,
        attempts=delivery.attempts + 1,
        explanation=attempt.explanation,
        receipts=receipts_json(tuple(merged.values())),
        next_attempt_at=None,
    )
    return None if is_last else delivery


def start_successor(connection: Connection, ended: Delivery, starts: Starts, now: datetime) -> None:
    """Start the next version's delivery to the same destination, which waited for this one to end."""
    if find(connection, ended.study_instance_uid, ended.version, ended.destination).state is DeliveryState.WAITING:
        return
    deliveries = tables.delivery.c
    query = select(tables.delivery).where(
        deliveries.study_instance_uid == ended.study_instance_uid,
        deliveries.destination == ended.destination,
        deliveries.version > ended.version,
        deliveries.state == DeliveryState.WAITING,
        deliveries.next_attempt_at.is_(None),
    )
    row = connection.execute(query.order_by(deliveries.version).limit(1).with_for_update()).mappings().first()
    if row is not None:
        plan(connection, delivery_from(row), starts, now)


def find_planned(connection: Connection, planned: Delivery) -> Delivery | None:
    """Return the delivery of a plan; None where the plan is void."""
    delivery = find(connection, planned.study_instance_uid, planned.version, planned.destination)
    return delivery if delivery.turn == planned.turn and delivery.state is DeliveryState.WAITING else None


def is_next(connection: Connection, delivery: Delivery) -> bool:
    """Return whether no other version of the study has to arrive there before, or has arrived there after it."""
    return superseded_by(connection, delivery) is None and not _waits_for_earlier(connection, delivery)


def stand_back(connection: Connection, delivery: Delivery, starts: Starts, now: datetime) -> None:
    """Let a delivery that is not next wait for the earlier version, or hold it where a later one has arrived.

    A correction never overtakes what it corrects, also where somebody released the earlier version meanwhile.
    """
    later_version = superseded_by(connection, delivery)
    if later_version is None:
        change(connection, delivery, next_attempt_at=None)
        return
    reason = OVERTAKEN.format(later_version)
    change(connection, delivery, state=DeliveryState.HELD, next_attempt_at=None, explanation=reason)
    start_successor(connection, delivery, starts, now)


def _waits_for_earlier(connection: Connection, delivery: Delivery) -> bool:
    deliveries = tables.delivery.c
    earlier = select(deliveries.version).where(
        deliveries.study_instance_uid == delivery.study_instance_uid,
        deliveries.destination == delivery.destination,
        deliveries.version < delivery.version,
        deliveries.state == DeliveryState.WAITING,
    )
    return connection.execute(earlier.limit(1)).first() is not None


def superseded_by(connection: Connection, delivery: Delivery) -> int | None:
    """Return the later version that this destination already has, None where there is none."""
    deliveries = tables.delivery.c
    query = select(deliveries.version).where(
        deliveries.study_instance_uid == delivery.study_instance_uid,
        deliveries.destination == delivery.destination,
        deliveries.version > delivery.version,
        deliveries.state == DeliveryState.DELIVERED,
    )
    return connection.execute(query.order_by(deliveries.version.desc()).limit(1)).scalar()


def _remember(connection: Connection, planned: Delivery, attempt: Attempt, now: datetime) -> None:
    row = {
        "study_instance_uid": planned.study_instance_uid,
        "version": planned.version,
        "destination": planned.destination,
        "turn": planned.turn,
        "ended_at": now,
        "outcome": attempt.outcome,
        "explanation": attempt.explanation,
        "receipts": receipts_json(attempt.receipts),
    }
    columns = tables.attempt.c
    known = select(columns.turn).where(*(columns[name] == row[name] for name in _ATTEMPT_KEY))
    if connection.execute(known).first() is None:
        connection.execute(insert(tables.attempt).values(row))


def _row(delivery: Delivery) -> dict[str, object]:
    row = {name: getattr(delivery, name) for name in _COLUMNS}
    return row | {"receipts": receipts_json(delivery.receipts)}
