"""Change feeds: how far each was followed, what is still to be fetched, and what a source is to be told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, delete, func, insert, or_, select, update

from dicom_node.feed_ports import FeedItem, FeedPosition, FeedStudy, Resource
from dicom_node.ledger import tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.feed_tables import feed, feed_item, feed_study
from dicom_node.ports import Clock
from domain.delivery import DeliveryState
from domain.study import SPOKEN


class Feeds:
    """The port FeedLedger on the database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    def position(self, source: str) -> FeedPosition | None:
        """Return how far a feed was followed; see the port."""
        with looking(self._engine) as connection:
            row = connection.execute(select(feed).where(feed.c.source == source)).first()
        return None if row is None else FeedPosition(row.sequence, row.date)

    def advance(self, source: str, position: FeedPosition, items: Sequence[FeedItem]) -> None:
        """Note changes and the position behind them; see the port."""
        row = {"source": source, "sequence": position.sequence, "date": position.date}
        with writing(self._engine) as connection:
            if connection.execute(update(feed).where(feed.c.source == source).values(row)).rowcount == 0:
                connection.execute(insert(feed).values(row))
            _note(connection, items, self._clock.now())

    def due(self, source: str, limit: int, *, longest_wait_seconds: float) -> Sequence[FeedItem]:
        """Return what may be fetched now; see the port."""
        now, at = self._clock.now(), feed_item.c.next_attempt_at
        latest = now + timedelta(seconds=longest_wait_seconds)
        query = select(feed_item).where(feed_item.c.source == source, or_(at <= now, at > latest))
        with looking(self._engine) as connection:
            rows = connection.execute(query.order_by(feed_item.c.sequence).limit(limit)).mappings()
            return [_item_from(row) for row in rows]

    def waiting(self, source: str) -> Sequence[FeedItem]:
        """Return everything that is still to be fetched; see the port."""
        query = select(feed_item).where(feed_item.c.source == source)
        with looking(self._engine) as connection:
            ordered = query.order_by(feed_item.c.attempts.desc(), feed_item.c.sequence)
            return [_item_from(row) for row in connection.execute(ordered).mappings()]

    def finish(self, item: FeedItem, found: Sequence[FeedItem] = ()) -> None:
        """Note that nothing is left to do for an item; see the port."""
        with writing(self._engine) as connection:
            connection.execute(delete(feed_item).where(_is_item(item), feed_item.c.sequence == item.sequence))
            _note(connection, found, self._clock.now())

    def postpone(self, item: FeedItem, reason: str, delay_seconds: float) -> None:
        """Note that an attempt failed; see the port."""
        values = {
            "attempts": item.attempts + 1,
            "reason": reason,
            "next_attempt_at": self._clock.now() + timedelta(seconds=delay_seconds),
        }
        with writing(self._engine) as connection:
            connection.execute(update(feed_item).where(_is_item(item)).values(values))

    def note_study(self, source: str, identifier: str, study_instance_uid: str) -> None:
        """Note that a study has come from a source; see the port."""
        row = {"source": source, "identifier": identifier}
        known = select(feed_study.c.identifier).where(
            feed_study.c.source == source, feed_study.c.identifier == identifier
        )
        with writing(self._engine) as connection:
            if connection.execute(known).first() is None:
                values = row | {"study_instance_uid": study_instance_uid, "marked_version": 0}
                connection.execute(insert(feed_study).values(values))

    def studies_to_mark(self, source: str) -> Sequence[FeedStudy]:
        """Return the studies that the source should be told something new of; see the port."""
        versions = tables.study.c
        latest = (
            select(versions.study_instance_uid, func.max(versions.version).label("version"))
            .group_by(versions.study_instance_uid)
            .subquery()
        )
        query = (
            select(feed_study, latest.c.version)
            .join(latest, latest.c.study_instance_uid == feed_study.c.study_instance_uid)
            .where(feed_study.c.source == source, feed_study.c.marked_version < latest.c.version)
        )
        with looking(self._engine) as connection:
            studies = [_study_from(connection, row) for row in connection.execute(query).mappings().all()]
        # One that is marked for an earlier version, and not answered, is to be told that it is not.
        return [study for study in studies if study.is_answered or study.marked_version]

    def keep_mark(self, study: FeedStudy, marked_version: int) -> None:
        """Note what the source was told; see the port."""
        where = and_(feed_study.c.source == study.source, feed_study.c.identifier == study.identifier)
        with writing(self._engine) as connection:
            connection.execute(update(feed_study).where(where).values(marked_version=marked_version))


def _is_item(item: FeedItem) -> ColumnElement[bool]:
    columns = feed_item.c
    return and_(columns.source == item.source, columns.resource == item.resource, columns.identifier == item.identifier)


def _note(connection: Connection, items: Sequence[FeedItem], now: datetime) -> None:
    """Keep items; one that waits already is due at once, for its source has just spoken of it."""
    for item in items:
        values = {"sequence": item.sequence, "next_attempt_at": now}
        if connection.execute(update(feed_item).where(_is_item(item)).values(values)).rowcount == 0:
            key = {"source": item.source, "resource": item.resource, "identifier": item.identifier}
            connection.execute(insert(feed_item).values(key | values))


def _item_from(row: RowMapping) -> FeedItem:
    return FeedItem(**{**row, "resource": Resource(row["resource"])})


def _study_from(connection: Connection, row: RowMapping) -> FeedStudy:
    uid, version = row["study_instance_uid"], row["version"]
    return FeedStudy(
        source=row["source"],
        identifier=row["identifier"],
        study_instance_uid=uid,
        version=version,
        is_answered=_is_answered(connection, uid, version),
        marked_version=row["marked_version"],
    )


def _is_answered(connection: Connection, study_instance_uid: str, version: int) -> bool:
    """Return whether a version is answered and every delivery of it has arrived; without destinations, answered."""
    states, deliveries = tables.study.c, tables.delivery.c
    unfinished = select(deliveries.destination).where(
        deliveries.study_instance_uid == study_instance_uid,
        deliveries.version == version,
        deliveries.state != DeliveryState.DELIVERED,
    )
    query = select(states.version).where(
        states.study_instance_uid == study_instance_uid,
        states.version == version,
        states.state.in_(SPOKEN),
        ~unfinished.exists(),
    )
    return connection.execute(query).first() is not None
