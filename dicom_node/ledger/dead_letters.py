"""Deliveries that failed for good: what is held, since when and why, and what a person gave up.

What a person held on purpose is none, and neither is what a later version has superseded or taken back: nobody has to
do anything about those.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, not_, select
from sqlalchemy.orm import aliased

from dicom_node.ledger import deliveries, retractions, tables
from dicom_node.ledger.delivery_tables import discard as table
from dicom_node.ledger.rows import delivery_from
from domain.correction import NAME_LENGTH, NOTE_LENGTH
from domain.delivery import Delivery, DeliveryState, later, rejection

HELD_BY_PERSON = "Held by a person."
_KEY: Final = ("study_instance_uid", "version", "destination")


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


def every(
    connection: Connection,
    destination: str | None = None,
    *,
    study_instance_uid: str | None = None,
    limit: int | None = None,
) -> list[DeadLetter]:
    """Return what is held because it failed, the longest held first.

    Args:
        destination, study_instance_uid: of one alone, where one is named.
        limit: no more than so many.
    """
    columns = tables.delivery.c
    waiting = select(columns.study_instance_uid, columns.version, columns.destination, _since().label("since"))
    waiting = waiting.where(*_is_dead_letter())
    if destination is not None:
        waiting = waiting.where(columns.destination.in_(names_of(destination)))
    if study_instance_uid is not None:
        waiting = waiting.where(columns.study_instance_uid == study_instance_uid)
    # Found and put in order by their keys alone: what was sent and what was answered is read of those that are shown.
    keys = waiting.order_by("since", columns.study_instance_uid, columns.destination).limit(limit).subquery()
    query = select(tables.delivery, keys.c.since).join(keys, and_(*(columns[name] == keys.c[name] for name in _KEY)))
    query = query.order_by(keys.c.since, columns.study_instance_uid, columns.destination)
    rows = connection.execute(query).mappings().all()
    return [
        DeadLetter(delivery_from({name: row[name] for name in row if name != "since"}), row["since"]) for row in rows
    ]


def count(connection: Connection) -> Mapping[str, int]:
    """Return how many there are by destination, in one question: after a day without the archive it is thousands."""
    destination = tables.delivery.c.destination
    query = select(destination, func.count()).where(*_is_dead_letter()).group_by(destination)
    found: Counter[str] = Counter()
    for name, number in connection.execute(query):
        found[name.partition(":")[0]] += number
    return found


def _is_dead_letter() -> tuple[ColumnElement[bool], ...]:
    """Return what holds of a row of `delivery`: it failed, and no later version has arrived or taken it back."""
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
    failed = columns.state == DeliveryState.HELD, columns.explanation != HELD_BY_PERSON
    return *failed, not_(has_arrived_later), not_(is_taken_back)


def _since() -> ColumnElement[datetime]:
    """Return since when a row of `delivery` is held, as `DeadLetter.since` says it."""
    columns, attempts, studies = tables.delivery.c, tables.attempt.c, tables.study.c
    last = select(func.max(attempts.ended_at)).where(*(attempts[name] == columns[name] for name in _KEY))
    answered = select(studies.answered_at).where(
        studies.study_instance_uid == columns.study_instance_uid, studies.version == columns.version
    )
    return func.coalesce(last.scalar_subquery(), answered.scalar_subquery(), type_=tables.UtcDateTime())


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
