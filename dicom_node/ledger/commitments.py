"""Storage commitment on results: which deliveries want it, how far each is. Every change is one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, exists, insert, select, update

from dicom_node.ledger import dead_letters, deliveries, tables
from dicom_node.ledger.commitment_tables import commitment as table
from dicom_node.ledger.commitment_tables import commitment_ask
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.rows import receipts_from, receipts_json
from dicom_node.ports import Starts
from domain.commitment import ENDED, Commitment, CommitmentState, Item, Report, Terms, note_report, note_retried
from domain.delivery import Delivery, DeliveryState, Outcome, later, rejection

#: Commitments that one question to the ledger returns.
_AT_ONCE: Final = 100
_AGAIN: Final = "Sent again: {}."
_OVERTAKEN: Final = "not kept there, and not sent again: a later version of the study has taken its place"
_NOTHING: Final = "nothing to commit to: its documents were purged here, or are no DICOM objects"
Transition = Callable[[Commitment], Commitment]


class Commitments:
    """What the loop that asks works with; safe for threads and for several processes."""

    def __init__(self, engine: Engine, starts: Starts) -> None:
        self._engine, self._starts = engine, starts

    def open_new(self, destination: str, now: datetime) -> int:
        """Open a commitment for each delivery to a destination that has arrived and has none; return how many."""
        with looking(self._engine) as connection:
            missing = connection.execute(_without_commitment(_names(destination)).limit(_AT_ONCE)).mappings().all()
        with writing(self._engine) as connection:
            return sum(_open(connection, row, now) for row in missing)

    def in_state(self, destination: str, state: CommitmentState, now: datetime) -> Sequence[Commitment]:
        """Return the commitments of a destination in a state whose time has come, those first that wait longest."""
        columns = table.c
        query = select(table).where(columns.destination.in_(_names(destination)), columns.state == state)
        is_time = columns.next_at.is_(None) | (columns.next_at <= now)
        with looking(self._engine) as connection:
            rows = connection.execute(query.where(is_time).order_by(columns.next_at).limit(_AT_ONCE)).mappings()
            return [commitment_from(row) for row in rows]

    def begin(self, commitment: Commitment, now: datetime) -> None:
        """Keep the Transaction UID of a request before it is sent."""
        row = {name: getattr(commitment, name) for name in ("study_instance_uid", "version", "destination", "ask")}
        uid = commitment.transaction_uid
        with writing(self._engine) as connection:
            known = select(commitment_ask.c.ask).where(commitment_ask.c.transaction_uid == uid)
            if connection.execute(known).first() is None:
                connection.execute(insert(commitment_ask).values(row | {"transaction_uid": uid, "begun_at": now}))

    def change(self, commitment: Commitment, transition: Transition) -> Commitment:
        """Apply a transition to a commitment as the ledger has it now; return what it became."""
        with writing(self._engine) as connection:
            return _change(connection, _key_of(commitment), transition)

    def keep_report(self, report: Report, now: datetime, terms: Terms) -> Commitment | None:
        """Keep what a provider reports; None where the ledger does not know the transaction."""
        asks = commitment_ask.c
        with writing(self._engine) as connection:
            query = select(commitment_ask).where(asks.transaction_uid == report.transaction_uid)
            ask = connection.execute(query).mappings().first()
            if ask is None:
                return None
            is_it = asks.transaction_uid == report.transaction_uid
            connection.execute(update(commitment_ask).where(is_it).values(reported_at=now))
            key = _is(ask["study_instance_uid"], ask["version"], ask["destination"])
            return _change(connection, key, lambda found: note_report(found, ask["ask"], report, now, terms))

    def peer_of(self, transaction_uid: str) -> str | None:
        """Return the name of the destination that a transaction asked; None where it is unknown."""
        query = select(commitment_ask.c.destination).where(commitment_ask.c.transaction_uid == transaction_uid)
        with looking(self._engine) as connection:
            found = connection.execute(query).scalar()
        return None if found is None else str(found).partition(":")[0]

    def resend(self, commitment: Commitment, now: datetime) -> Commitment:
        """Deliver again what is not kept, by the delivery itself; not where a later version has taken its place."""
        with writing(self._engine) as connection:
            delivery = deliveries.find(
                connection, commitment.study_instance_uid, commitment.version, commitment.destination
            )
            if dead_letters.is_past(connection, delivery):
                ended = CommitmentState.SUPERSEDED
                return _change(
                    connection, _key_of(commitment), lambda found: replace(found, state=ended, explanation=_OVERTAKEN)
                )
            _reopen(connection, delivery, commitment, self._starts, now)
            sending = CommitmentState.RESENDING
            return _change(connection, _key_of(commitment), lambda found: replace(found, state=sending))

    def resent(self, destination: str) -> Sequence[Commitment]:
        """Return the commitments of a destination whose delivery has arrived again."""
        columns, delivered = table.c, tables.delivery.c
        query = (
            select(table)
            .join(tables.delivery, _same_delivery())
            .where(columns.destination.in_(_names(destination)), columns.state == CommitmentState.RESENDING)
            .where(delivered.state == DeliveryState.DELIVERED)
        )
        with looking(self._engine) as connection:
            return [commitment_from(row) for row in connection.execute(query.limit(_AT_ONCE)).mappings()]


def ask_again(connection: Connection, study_instance_uid: str, destination: str | None, now: datetime) -> int:
    """Ask again for what is held of a study, at one destination or all; return how many commitments."""
    columns = table.c
    query = select(table).where(columns.study_instance_uid == study_instance_uid, columns.state == CommitmentState.HELD)
    if destination is not None:
        query = query.where(columns.destination.in_(_names(destination)))
    held = [commitment_from(row) for row in connection.execute(query.with_for_update()).mappings()]
    for each in held:
        _change(connection, _key_of(each), lambda found: note_retried(found, now))
    return len(held)


def of_study(connection: Connection, study_instance_uid: str) -> tuple[Commitment, ...]:
    """Return the commitments of a study, by version and destination."""
    columns = table.c
    query = select(table).where(columns.study_instance_uid == study_instance_uid)
    rows = connection.execute(query.order_by(columns.version, columns.destination)).mappings()
    return tuple(commitment_from(row) for row in rows)


def states(connection: Connection, study_instance_uid: str, version: int) -> dict[str, CommitmentState]:
    """Return the commitments of one version: what each delivery's is."""
    columns = table.c
    query = select(columns.destination, columns.state).where(
        columns.study_instance_uid == study_instance_uid, columns.version == version
    )
    return {name: CommitmentState(state) for name, state in connection.execute(query)}


def unfinished(connection: Connection, study_instance_uid: str, wanting: Collection[str]) -> tuple[str, ...]:
    """Return in words what of a study is delivered and not committed.

    Args:
        wanting: names of the destinations that commitment is wanted from now.
    """
    names = [name for destination in sorted(wanting) for name in _names(destination)]
    open_ones = [each for each in of_study(connection, study_instance_uid) if each.state not in _FINISHED]
    # Asked for its state or destination as well, SQLite would look through every delivery there.
    query = select(tables.delivery).where(
        tables.delivery.c.study_instance_uid == study_instance_uid, ~exists().where(_same_delivery())
    )
    rows = [row for row in connection.execute(query).mappings() if row["destination"] in names]
    missing = [
        row["destination"] for row in rows if row["state"] == DeliveryState.DELIVERED and _items_of(connection, row)
    ]
    said = [f"{each.destination} has not committed to it ({each.state})" for each in open_ones]
    return (*said, *(f"{name} has not been asked to commit to it" for name in missing))


_FINISHED: Final = ENDED - {CommitmentState.HELD}


def commitment_from(row: RowMapping) -> Commitment:
    """Return the commitment of a row."""
    items = tuple(Item(**item) for item in row["items"])
    return Commitment(**{**row, "items": items, "state": CommitmentState(row["state"])})


def _names(destination: str) -> tuple[str, ...]:
    return destination, later(destination), rejection(destination)


def _is(study_instance_uid: str, version: int, destination: str) -> ColumnElement[bool]:
    columns = table.c
    return and_(
        columns.study_instance_uid == study_instance_uid,
        columns.version == version,
        columns.destination == destination,
    )


def _key_of(commitment: Commitment) -> ColumnElement[bool]:
    return _is(commitment.study_instance_uid, commitment.version, commitment.destination)


def _same_delivery() -> ColumnElement[bool]:
    ours, theirs = table.c, tables.delivery.c
    return and_(*(ours[name] == theirs[name] for name in ("study_instance_uid", "version", "destination")))


def _without_commitment(names: Collection[str]) -> Any:
    delivered = tables.delivery.c
    return select(tables.delivery).where(
        delivered.state == DeliveryState.DELIVERED,
        delivered.destination.in_(list(names)),
        ~exists().where(_same_delivery()),
    )


def _open(connection: Connection, row: RowMapping, now: datetime) -> bool:
    """Open the commitment of a delivery unless somebody has; of one that brought no DICOM object it is over at once."""
    key = row["study_instance_uid"], row["version"], row["destination"]
    if connection.execute(select(table.c.ask).where(_is(*key))).first() is not None:
        return False
    items = _items_of(connection, row)
    state = CommitmentState.DUE if items else CommitmentState.SUPERSEDED
    explanation = "" if items else _NOTHING
    opened = Commitment(*key, items, state, next_at=now, explanation=explanation)
    connection.execute(insert(table).values(_row(opened)))
    return True


def _items_of(connection: Connection, row: RowMapping) -> tuple[Item, ...]:
    """Return the DICOM objects that a delivery really brought."""
    receipts = receipts_from(row["receipts"])
    sent = [each.identifier for each in receipts if each.outcome is Outcome.DELIVERED and each.was_sent]
    columns = tables.document.c
    query = select(columns.sop_class_uid, columns.identifier).where(
        columns.identifier.in_(sent), columns.sop_class_uid != "", columns.purged_at.is_(None)
    )
    return tuple(Item(*found) for found in connection.execute(query.order_by(columns.path)))


def _change(connection: Connection, key: ColumnElement[bool], transition: Transition) -> Commitment:
    row = connection.execute(select(table).where(key).with_for_update()).mappings().one()
    before = commitment_from(row)
    after = transition(before)
    if after != before:
        connection.execute(update(table).where(key).values(_row(after)))
    return after


def _row(commitment: Commitment) -> dict[str, Any]:
    row = {name: getattr(commitment, name) for name in table.c.keys()}  # noqa: SIM118  # columns, not a mapping
    return row | {"items": [asdict(item) for item in commitment.items]}


def _reopen(connection: Connection, delivery: Delivery, commitment: Commitment, starts: Starts, now: datetime) -> None:
    """Take back the receipts of what is not kept and plan the delivery again; nothing where it is under way already."""
    if delivery.state is not DeliveryState.DELIVERED:
        return
    failed = {item.sop_instance_uid for item in commitment.failed}
    kept = tuple(receipt for receipt in delivery.receipts if receipt.identifier not in failed)
    explanation = _AGAIN.format(commitment.explanation)
    changed = {"receipts": receipts_json(kept), "attempts": 0, "explanation": explanation}
    deliveries.change(connection, delivery, **changed)
    deliveries.plan(connection, delivery, starts, now)
