"""Shadow mode in the ledger: since when what is in it, and which answers it covers (shadow_ports.ShadowLookup)."""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from dicom_node.ledger import deliveries, studies, tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.rows import delivery_from
from dicom_node.ledger.shadow_tables import shadow_period
from domain.delivery import Delivery, DeliveryState
from domain.shadow import NODE, Shadow

_IMAGES = tables.instance.c
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Period:
    """A time during which an AE title, or the node (NODE), was in shadow mode; the present one has no end."""

    title: str
    begun_at: datetime
    ended_at: datetime | None = None

    def covers(self, title: str, moment: datetime) -> bool:
        """Return whether what happened under a title at a moment happened in shadow mode."""
        ended = self.ended_at is not None and moment >= self.ended_at
        return self.title in (NODE, title) and moment >= self.begun_at and not ended


@dataclass(slots=True)
class ShadowBook:
    """Knows what is in shadow mode, from the start of a node on.

    Args:
        shadowed: titles that are in shadow mode now, and NODE for the node, as `title_key` writes them.
        title_key: what an AE title has in common with others that are the same.
    """

    engine: Engine
    shadowed: frozenset[str]
    title_key: Callable[[str], str]
    _past: tuple[Period, ...] = field(default=())

    def begin(self, now: datetime) -> int:
        """Note what is in shadow mode from now on and what is not any more, before any work; return how much is held.

        What is on its way to a destination and may not be sent is held for a person: it would leave by itself when the
        mode ends, however long after.
        """
        with writing(self.engine) as connection:
            _note(connection, self.shadowed, now)
            self._past = tuple(each for each in periods(connection) if each.ended_at is not None)
            held = [each for each in _waiting(connection) if self._hold(connection, each)] if self.shadowed else []
        if held:
            _log.warning("shadow mode: %d deliveries are held that waited; `osteonode dead-letters`", len(held))
        return len(held)

    def of_study(self, study_instance_uid: str) -> Shadow | None:
        """Return why nothing of a study may be sent now; see the port."""
        if not self.shadowed:
            return None
        with looking(self.engine) as connection:
            return self._now(connection, study_instance_uid)

    def of_version(self, study_instance_uid: str, version: int) -> Shadow | None:
        """Return why the answer of a version is sent to nobody; see the port."""
        if not self.shadowed and not self._past:
            return None
        with looking(self.engine) as connection:
            return self._now(connection, study_instance_uid) or self._then(connection, study_instance_uid, version)

    def _now(self, connection: Connection, study_instance_uid: str) -> Shadow | None:
        if NODE in self.shadowed:
            return Shadow(NODE)
        titles = map(self.title_key, called_titles(connection, study_instance_uid))
        return next((Shadow(title) for title in titles if title in self.shadowed), None)

    def _then(self, connection: Connection, study_instance_uid: str, version: int) -> Shadow | None:
        happened = _look_back(connection, study_instance_uid, version)
        moments = [(self.title_key(title), moment) for title, moment in happened]
        covering = (each for each in self._past if any(each.covers(*moment) for moment in moments))
        return next((Shadow(each.title, is_past=True) for each in covering), None)

    def _hold(self, connection: Connection, delivery: Delivery) -> bool:
        shadow = self._now(connection, delivery.study_instance_uid)
        if shadow is not None:
            changed = {"state": DeliveryState.HELD, "turn": delivery.turn + 1, "next_attempt_at": None}
            deliveries.change(connection, delivery, **changed, explanation=shadow.not_sent)
        return shadow is not None


def find_on(connection: Connection, titles: Collection[str]) -> Shadow | None:
    """Return what the node put into shadow mode when it last started: itself, or one of these titles of its own.

    For a process that does not have the node's configuration, so that titles that differ in case count as the same.
    """
    wanted = {title.strip().upper() for title in titles}
    on = [each.title for each in periods(connection) if each.ended_at is None]
    return next((Shadow(title) for title in on if title == NODE or title.upper() in wanted), None)


def called_titles(connection: Connection, study_instance_uid: str) -> Sequence[str]:
    """Return the own AE titles that images of a study were sent to."""
    query = select(_IMAGES.called_ae_title).where(_IMAGES.study_instance_uid == study_instance_uid)
    return connection.execute(query.distinct()).scalars().all()


def _note(connection: Connection, shadowed: Collection[str], now: datetime) -> None:
    columns = shadow_period.c
    on = {each.title for each in periods(connection) if each.ended_at is None}
    for title in sorted(on - set(shadowed)):
        ended = update(shadow_period).where(columns.title == title, columns.ended_at.is_(None))
        connection.execute(ended.values(ended_at=now))
        _log.warning("shadow mode has ended: %s; what was read in it stays unsent", Shadow(title).subject)
    for title in sorted(set(shadowed) - on):
        connection.execute(insert(shadow_period).values(title=title, begun_at=now))
    for title in sorted(shadowed):
        _log.warning("shadow mode: %s reads and records, and sends nothing", Shadow(title).subject)


def periods(connection: Connection) -> Iterator[Period]:
    """Give the times of shadow mode, in the order in which they began."""
    columns = shadow_period.c
    query = select(columns.title, columns.begun_at, columns.ended_at).order_by(columns.number)
    yield from (Period(*row) for row in connection.execute(query))


def _waiting(connection: Connection) -> list[Delivery]:
    query = select(tables.delivery).where(tables.delivery.c.state == DeliveryState.WAITING)
    return [delivery_from(row) for row in connection.execute(query.with_for_update()).mappings()]


def _look_back(connection: Connection, study_instance_uid: str, version: int) -> list[tuple[str, datetime]]:
    """Return what happened to a version under which title: new images came, and it was closed."""
    query = select(_IMAGES.called_ae_title, _IMAGES.received_at, _IMAGES.version)
    rows = connection.execute(
        query.where(_IMAGES.study_instance_uid == study_instance_uid, _IMAGES.version <= version)
    ).all()
    closing_time = select(tables.study.c.closed_at).where(studies.is_version(study_instance_uid, version))
    closed_at = connection.execute(closing_time).scalar()
    closing = {(row.called_ae_title, closed_at) for row in rows if closed_at is not None}
    return [*closing, *((row.called_ae_title, row.received_at) for row in rows if row.version == version)]
