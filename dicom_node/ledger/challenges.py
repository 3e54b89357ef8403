"""What a challenger is to read, what it said, and what the champion had said of the same image.

Nothing here is written while an answer is made: the images are found afterwards, by the time of their answer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Select, and_, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from dicom_node.challenger_ports import Challenged, ChallengeState, Pairing, WaitingImage
from dicom_node.ledger import tables
from dicom_node.ledger.challenger_tables import challenge
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.rows import reading_from, reading_json
from dicom_node.ports import Clock
from domain.comparison import ComparedImage, Said, Statement, is_in_share
from domain.finding import ImageReading
from domain.study import SAID

#: Answers may be committed in another order than their times say; so far back is looked again.
_LOOK_BACK: Final = timedelta(minutes=2)
#: A challenger that was switched off takes up no more than this of what was answered meanwhile.
_LONGEST_BREAK: Final = timedelta(days=1)
_AT_ONCE: Final = 200
_COLUMNS, _STUDIES, _IMAGES, _READINGS = challenge.c, tables.study.c, tables.instance.c, tables.reading.c


class ChallengeBook:
    """Implements ChallengeLedger and ComparedReadings; safe while a node writes.

    Args:
        data: the node's data folder.
    """

    def __init__(self, engine: Engine, data: Path, clock: Clock) -> None:
        self._engine, self._data, self._clock = engine, data.resolve(), clock
        self._taken_to: dict[Pairing, datetime] = {}
        self._opened_at = clock.now()

    def take_up(self, pairing: Pairing, share: float) -> int:
        """Note the images that were answered since the last time; see the port."""
        since = self._taken_to.get(pairing) or self._begin(pairing)
        with looking(self._engine) as connection:
            found = connection.execute(_answered(pairing, since - _LOOK_BACK)).mappings().all()
        wanted = [each for each in found if is_in_share(each["sop_instance_uid"], share)]
        taken = wanted[:_AT_ONCE]
        if taken:
            with writing(self._engine) as connection:
                _note(connection, pairing, taken)
        last = (taken if len(wanted) > len(taken) else found)[-1:]
        self._taken_to[pairing] = max((since, *(each["answered_at"] for each in last)))
        return len(taken)

    def next(self, pairing: Pairing) -> WaitingImage | None:
        """Return the image that waits longest; see the port."""
        query = (
            select(_COLUMNS.sop_instance_uid, _IMAGES.sha256, _IMAGES.path, _IMAGES.purged_at)
            .join_from(challenge, tables.instance, _IMAGES.sop_instance_uid == _COLUMNS.sop_instance_uid)
            .where(_COLUMNS.state == ChallengeState.WAITING, *_of(pairing))
            .order_by(_COLUMNS.answered_at, _COLUMNS.sop_instance_uid)
            .limit(1)
        )
        with looking(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        path = None if row.purged_at else self._data / row.path
        return WaitingImage(row.sop_instance_uid, row.sha256, path)

    def keep(self, pairing: Pairing, image: WaitingImage, reading: ImageReading | None) -> None:
        """Keep what the challenger said of an image; nothing where it was erased meanwhile. See the port."""
        values: dict[str, Any] = {"state": ChallengeState.GONE, "read_at": self._clock.now()}
        if reading is not None:
            said = Said.of(reading)
            state = ChallengeState.FAILED if said.statement is None else ChallengeState.READ
            values |= _values(said) | {"state": state, "content": reading_json(reading)}
        is_it = _COLUMNS.sop_instance_uid == image.sop_instance_uid, *_of(pairing)
        with writing(self._engine) as connection:
            connection.execute(update(challenge).where(*is_it).values(values))

    def pairings(self) -> Sequence[Pairing]:
        """Return the pairings that anything is kept of; see the port."""
        last = func.max(_COLUMNS.answered_at)
        query = select(_COLUMNS.champion_set, _COLUMNS.challenger_set)
        grouped = query.group_by(_COLUMNS.champion_set, _COLUMNS.challenger_set).order_by(last.desc())
        with looking(self._engine) as connection:
            return [Pairing(*row) for row in connection.execute(grouped)]

    def challenged(self, pairing: Pairing, since: datetime, *, limit: int = 20_000) -> Challenged:
        """Return what both said; see the port."""
        mine = _COLUMNS.answered_at >= since, *_of(pairing)
        asked = select(challenge).where(*mine, _COLUMNS.state.in_((ChallengeState.READ, ChallengeState.FAILED)))
        counted = select(_COLUMNS.state, func.count()).where(*mine).group_by(_COLUMNS.state)
        with looking(self._engine) as connection:
            rows = connection.execute(asked.order_by(_COLUMNS.answered_at.desc()).limit(limit)).mappings().all()
            states = {ChallengeState(state): number for state, number in connection.execute(counted)}
            partly = frozenset(connection.execute(_find_partly(pairing, since)).scalars())
        return Challenged(pairing, [_compared(row) for row in rows], states, partly)

    def _begin(self, pairing: Pairing) -> datetime:
        """Return from when on answers count: where this pairing was left, at most a day ago.

        For a new one, since this was opened: the first look comes a while after the node's first answers.
        """
        with looking(self._engine) as connection:
            last = connection.execute(
                select(func.max(_COLUMNS.answered_at, type_=tables.UtcDateTime())).where(*_of(pairing))
            ).scalar()
        # What was answered before a new challenger came is nobody's comparison, also where one looks back.
        return self._opened_at + _LOOK_BACK if last is None else max(last, self._opened_at - _LONGEST_BREAK)


def _of(pairing: Pairing) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _COLUMNS.champion_set == pairing.champion, _COLUMNS.challenger_set == pairing.challenger


def _answered(pairing: Pairing, since: datetime) -> Select[Any]:
    """Select the images of versions that were answered at a time or later, of which nothing is noted, oldest first.

    An image of several versions once, with the time of the first of these answers.
    """
    noted = exists().where(_COLUMNS.sop_instance_uid == _IMAGES.sop_instance_uid, *_of(pairing))
    of_version = and_(_IMAGES.study_instance_uid == _STUDIES.study_instance_uid, _IMAGES.version <= _STUDIES.version)
    first = func.min(_STUDIES.answered_at, type_=tables.UtcDateTime()).label("answered_at")
    return (
        select(_IMAGES.sop_instance_uid, first)
        .join_from(tables.study, tables.instance, of_version)
        .join(tables.reading, and_(_READINGS.sha256 == _IMAGES.sha256, _READINGS.model_set == pairing.champion))
        .where(_STUDIES.answered_at >= since, _STUDIES.state.in_(SAID), ~noted)
        .group_by(_IMAGES.sop_instance_uid)
        .order_by("answered_at", _IMAGES.sop_instance_uid)
    )


def _find_partly(pairing: Pairing, since: datetime) -> Select[str]:
    """Select the studies of which the challenger has not read every image."""
    other = aliased(challenge).c
    of_pairing = other.champion_set == pairing.champion, other.challenger_set == pairing.challenger
    is_read = exists().where(
        other.sop_instance_uid == _IMAGES.sop_instance_uid, other.state == ChallengeState.READ, *of_pairing
    )
    of_study = _IMAGES.study_instance_uid == _COLUMNS.study_instance_uid
    query = select(_COLUMNS.study_instance_uid).join_from(challenge, tables.instance, of_study)
    return query.where(_COLUMNS.answered_at >= since, *_of(pairing), ~is_read).distinct()


def _note(connection: Connection, pairing: Pairing, taken: Sequence[RowMapping]) -> None:
    """Note images with what the champion said of them; not those that were erased since they were found."""
    times = {each["sop_instance_uid"]: each["answered_at"] for each in taken}
    is_read = and_(_READINGS.sha256 == _IMAGES.sha256, _READINGS.model_set == pairing.champion)
    query = (
        select(_IMAGES.sop_instance_uid, _IMAGES.study_instance_uid, _READINGS.content)
        .join_from(tables.instance, tables.reading, is_read)
        .where(_IMAGES.sop_instance_uid.in_(times))
    )
    there = connection.execute(query).mappings().all()
    if there:
        connection.execute(insert(challenge), [_row(each, pairing, times[each["sop_instance_uid"]]) for each in there])


def _row(found: RowMapping, pairing: Pairing, answered_at: datetime) -> dict[str, Any]:
    said = Said.of(reading_from(found["content"]))
    return {
        "sop_instance_uid": found["sop_instance_uid"],
        "champion_set": pairing.champion,
        "challenger_set": pairing.challenger,
        "study_instance_uid": found["study_instance_uid"],
        "answered_at": answered_at,
        "state": ChallengeState.WAITING,
        **_values(said, "champion_"),
    }


def _values(said: Said, prefix: str = "") -> dict[str, Any]:
    return {f"{prefix}{name}": getattr(said, name) for name in Said.__dataclass_fields__}


def _compared(row: RowMapping) -> ComparedImage:
    return ComparedImage(row["sop_instance_uid"], row["study_instance_uid"], _said(row, "champion_"), _said(row, ""))


def _said(row: Mapping[Any, Any], prefix: str) -> Said:
    values = {name: row[f"{prefix}{name}"] for name in Said.__dataclass_fields__}
    statement = values["statement"]
    return Said(**values | {"statement": Statement(statement) if statement else None})
