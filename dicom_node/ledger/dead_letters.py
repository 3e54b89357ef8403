"""Deliveries that failed for good: what is held, since when and why, and what a person gave up.

What a person held on purpose is none, and neither is what a later version has superseded or taken back: nobody has to
do anything about those.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, not_, or_, select
from sqlalchemy.orm import aliased

from dicom_node.ledger import deliveries, retractions, tables
from dicom_node.ledger.delivery_tables import discard as table
from dicom_node.ledger.rows import delivery_from
from domain.correction import NAME_LENGTH, NOTE_LENGTH
from domain.delivery import Delivery, DeliveryState, later, rejection

HELD_BY_PERSON = "Held by a person."


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that is held because it failed.

    Attributes:
        since: when its last attempt ended, or, where none was made, when the version was answered; None where neither
            is known.
    """

    delivery: Delivery
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Discard:
    """That a person gave a delivery up. The words are a person's: show them to people alone.

    Raises:
        ValueError: no reason, or a text that is too long or has control characters; the message does not repeat it.
    """

    version: int
    destination: str
    discarded_at: datetime
    reason: str = field(repr=False)
    by: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not self.reason:
            raise ValueError("a reason is needed")
        for name, text, limit in (("reason", self.reason, NOTE_LENGTH), ("by", self.by, NAME_LENGTH)):
            if len(text) > limit or not text.isprintable():
                raise ValueError(f"{name} is one line of at most {limit} characters")


def every(connection: Connection, destination: str | None = None) -> Iterator[DeadLetter]:
    """Give what is held because it failed, the longest held first; of one destination where one is named."""
    columns, attempts = tables.delivery.c, tables.attempt.c
    last = (
        select(func.max(attempts.ended_at))
        .where(
            attempts.study_instance_uid == columns.study_instance_uid,
            attempts.version == columns.version,
            attempts.destination == columns.destination,
        )
        .scalar_subquery()
    )
    answered = (
        select(tables.study.c.answered_at)
        .where(
            tables.study.c.study_instance_uid == columns.study_instance_uid, tables.study.c.version == columns.version
        )
        .scalar_subquery()
    )
    since = func.coalesce(last, answered, type_=tables.UtcDateTime()).label("since")
    query = select(tables.delivery, since).where(
        columns.state == DeliveryState.HELD, columns.explanation != HELD_BY_PERSON
    )
    if destination is not None:
        query = query.where(or_(*(columns.destination == name for name in names_of(destination))))
    for row in connection.execute(query.order_by("since")).mappings().all():
        delivery = delivery_from({name: row[name] for name in row if name != "since"})
        if not is_past(connection, delivery):
            yield DeadLetter(delivery, row["since"])


def count(connection: Connection) -> Mapping[str, int]:
    """Return how many there are by destination, in one question: after a day without the archive it is thousands."""
    columns, later, retracted = tables.delivery.c, aliased(tables.delivery).c, tables.retraction.c
    has_arrived_later = exists().where(
        later.study_instance_uid == columns.study_instance_uid,
        later.destination == columns.destination,
        later.version > columns.version,
        later.state == DeliveryState.DELIVERED,
    )
    is_taken_back = exists().where(
        retracted.study_instance_uid == columns.study_instance_uid, retracted.version > columns.version
    )
    query = select(columns.destination, func.count()).where(
        columns.state == DeliveryState.HELD,
        columns.explanation != HELD_BY_PERSON,
        not_(has_arrived_later),
        not_(is_taken_back),
    )
    found: Counter[str] = Counter()
    for destination, number in connection.execute(query.group_by(columns.destination)):
        found[destination.partition(":")[0]] += number
    return found


def names_of(destination: str) -> tuple[str, ...]:
    """Return what the deliveries to a destination are called."""
    return destination, later(destination), rejection(destination)


def is_past(connection: Connection, delivery: Delivery) -> bool:
    """Return whether a delivery would bring what a later version has superseded there, or taken back."""
    if deliveries.superseded_by(connection, delivery) is not None:
        return True
    return retractions.find_after(connection, delivery.study_instance_uid, delivery.version) is not None


def give_up(connection: Connection, delivery: Delivery, discard: Discard) -> None:
    """Record that a person gave a delivery up; it is not sent again."""
    row = {
        "study_instance_uid": delivery.study_instance_uid,
        "version": delivery.version,
        "destination": delivery.destination,
        "reason": discard.reason,
        "by": discard.by,
        "discarded_at": discard.discarded_at,
    }
    connection.execute(insert(table).values(row))
    deliveries.change(connection, delivery, state=DeliveryState.DISCARDED, turn=delivery.turn + 1, next_attempt_at=None)


def discards_of(connection: Connection, study_instance_uid: str) -> tuple[Discard, ...]:
    """Return what a person gave up of a study."""
    columns = table.c
    query = select(columns.version, columns.destination, columns.discarded_at, columns.reason, columns.by).where(
        columns.study_instance_uid == study_instance_uid
    )
    return tuple(Discard(*row) for row in connection.execute(query.order_by(columns.version, columns.destination)))
