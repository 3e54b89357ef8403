"""Retention: what of finished studies goes when. One small transaction a study; files go after their rows say so."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, delete, exists, func, or_, select, update

from dicom_node.ledger import outstanding, past_studies, removals, tables
from dicom_node.ledger.audit_tables import audit
from dicom_node.ledger.database import give_back_pages, looking, writing
from dicom_node.ledger.headers import keep_header
from dicom_node.ledger.paths import evidence_folder, relative_to_data
from dicom_node.ports import Clock


@dataclass(frozen=True, slots=True)
class Purged:
    """What one study lost, or why it lost nothing."""

    files: int = 0
    outstanding: tuple[str, ...] = ()


class Purging:
    """Removes what is due. Safe while a node writes to the same ledger, and to be killed at any point.

    Args:
        data: the node's data folder.
        committing: names of the destinations that have to commit to what they were sent before it goes.
        give_up: remove also what is held for a person; never what is under way.
        at_once: studies that are looked for, and files put aside that are removed, in one transaction.
    """

    def __init__(
        self,
        engine: Engine,
        data: Path,
        clock: Clock,
        *,
        committing: Collection[str] = (),
        give_up: bool = False,
        at_once: int = 100,
    ) -> None:
        self._engine, self._data, self._clock, self._give_up = engine, data.resolve(), clock, give_up
        self._at_once, self._committing = at_once, frozenset(committing)

    def due(self, what: str, before: datetime) -> Iterator[str]:
        """Give the studies whose last image and answer came before a time and that have some of it: a key of KINDS."""
        last = ""
        while found := self._due_after(last, KINDS[what].present, before):
            yield from found
            last = found[-1]

    def purge(self, what: str, study_instance_uid: str) -> Purged:
        """Remove one kind of a study's things where it is finished; `carry_out` then removes the files."""
        kind = KINDS[what]
        kept = self._keep_headers(study_instance_uid) if what == "images" else {}
        with writing(self._engine) as connection:
            if reasons := self._obstacles(connection, study_instance_uid):
                return Purged(outstanding=reasons)
            paths = kind.take(_Study(connection, study_instance_uid, self._data, self._clock.now(), kept))
            return Purged(removals.plan(connection, paths))

    def obstacles(self, study_instance_uid: str) -> tuple[str, ...]:
        """Return what a study waits for, in words."""
        with looking(self._engine) as connection:
            return self._obstacles(connection, study_instance_uid)

    def quarantined(self, before: datetime) -> int:
        """Remove what was put aside before a time; return how many files."""
        columns = tables.quarantine.c
        number = 0
        while True:
            with writing(self._engine) as connection:
                query = select(columns.number, columns.path).where(columns.recorded_at < before).limit(self._at_once)
                rows = connection.execute(query).all()
                removals.plan(connection, [row.path for row in rows])
                connection.execute(delete(tables.quarantine).where(columns.number.in_([row.number for row in rows])))
            number += len(rows)
            if len(rows) < self._at_once:
                return number

    def carry_out(self) -> int:
        """Remove the files that are planned to go, also those of a run that was cut short; return how many.

        The pages of the database that became empty go back to the disk, some at a time.
        """
        removed = removals.carry_out(self._engine, self._data)
        give_back_pages(self._engine)
        return removed

    def _obstacles(self, connection: Connection, study_instance_uid: str) -> tuple[str, ...]:
        found = outstanding.find(connection, study_instance_uid, self._committing)
        return tuple(filter(outstanding.is_work, found)) if self._give_up else found

    def _due_after(
        self, last: str, present: Callable[[ColumnElement[str]], ColumnElement[bool]], before: datetime
    ) -> Sequence[str]:
        columns = tables.study.c
        ended = func.max(func.coalesce(columns.answered_at, columns.last_arrival_at))
        query = (
            select(columns.study_instance_uid)
            .where(columns.study_instance_uid > last, present(columns.study_instance_uid))
            .group_by(columns.study_instance_uid)
            .having(ended < before)
            .order_by(columns.study_instance_uid)
        )
        with looking(self._engine) as connection:
            return connection.execute(query.limit(self._at_once)).scalars().all()

    def _keep_headers(self, study_instance_uid: str) -> dict[str, str]:
        """Write the headers of a study's images, before the transaction, and return their paths by the images' own."""
        columns = tables.instance.c
        query = select(columns.path).where(_is_of(tables.instance, study_instance_uid), columns.purged_at.is_(None))
        with looking(self._engine) as connection:
            paths = connection.execute(query).scalars().all()
            if self._obstacles(connection, study_instance_uid):
                return {}
        headers = ((path, keep_header(self._data / path)) for path in paths)
        return {path: relative_to_data(header, self._data) for path, header in headers if header is not None}


@dataclass(frozen=True, slots=True)
class _Study:
    """One study that something is taken of, in its transaction."""

    connection: Connection
    uid: str
    data: Path
    now: datetime
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things: which studies have some, and what takes it out of their rows and names the files to remove."""

    present: Callable[[ColumnElement[str]], ColumnElement[bool]]
    take: Callable[[_Study], list[str]]


def _take_images(study: _Study) -> list[str]:
    columns = tables.instance.c
    query = select(columns.sop_instance_uid, columns.path).where(
        _is_of(tables.instance, study.uid), columns.purged_at.is_(None)
    )
    rows = study.connection.execute(query.with_for_update()).all()
    for row in rows:
        header = study.headers.get(row.path, "")
        changed = update(tables.instance).where(columns.sop_instance_uid == row.sop_instance_uid)
        study.connection.execute(changed.values(path=header, purged_at=study.now))
    return [row.path for row in rows]


def _take_evidence(study: _Study) -> list[str]:
    columns = tables.reading.c
    mine = _images_of(study.uid)
    changed = update(tables.reading).where(columns.sop_instance_uid.in_(mine))
    study.connection.execute(changed.values(display_path=None, heat_map_path=None))
    folders = [evidence_folder(study.data, study.uid, row[0]) for row in study.connection.execute(mine)]
    return [relative_to_data(folder, study.data) for folder in folders if folder.exists()]


def _take_documents(study: _Study) -> list[str]:
    documents, images = tables.document.c, tables.instance.c
    query = select(documents.path).where(_is_of(tables.document, study.uid), documents.purged_at.is_(None))
    paths = list(study.connection.execute(query).scalars())
    changed = update(tables.document).where(_is_of(tables.document, study.uid), documents.purged_at.is_(None))
    study.connection.execute(changed.values(purged_at=study.now))
    is_header = _is_of(tables.instance, study.uid), images.purged_at.is_not(None), images.path != ""
    headers = list(study.connection.execute(select(images.path).where(*is_header)).scalars())
    study.connection.execute(update(tables.instance).where(*is_header).values(path=""))
    return paths + headers


def _take_history(study: _Study) -> list[str]:
    paths = [*_take_images(study), *_take_evidence(study), *_take_documents(study)]
    versions = select(func.max(tables.study.c.version)).where(_is_of(tables.study, study.uid))
    last = study.connection.execute(versions).scalar()
    past_studies.remember(study.connection, study.uid, int(last or 0), study.now)
    readings = tables.reading.c.sop_instance_uid.in_(_images_of(study.uid))
    study.connection.execute(delete(tables.reading).where(readings))
    for table in reversed(tables.metadata.sorted_tables):  # those that refer to others first
        if "study_instance_uid" in table.c and table is not audit:  # who did what stays, or the chain would be broken
            study.connection.execute(delete(table).where(_is_of(table, study.uid)))
    return paths


def _is_of(table: Table, study_instance_uid: str) -> ColumnElement[bool]:
    is_of: ColumnElement[bool] = table.c.study_instance_uid == study_instance_uid
    return is_of


def _images_of(study_instance_uid: str) -> Select[str]:
    return select(tables.instance.c.sop_instance_uid).where(_is_of(tables.instance, study_instance_uid))


def _has_pixels(uid: ColumnElement[str]) -> ColumnElement[bool]:
    images = tables.instance.c
    return exists().where(images.study_instance_uid == uid, images.purged_at.is_(None))


def _has_evidence(uid: ColumnElement[str]) -> ColumnElement[bool]:
    images, readings = tables.instance.c, tables.reading.c
    has_files = or_(readings.display_path.is_not(None), readings.heat_map_path.is_not(None))
    return exists().where(
        images.study_instance_uid == uid, readings.sop_instance_uid == images.sop_instance_uid, has_files
    )


def _has_documents(uid: ColumnElement[str]) -> ColumnElement[bool]:
    columns = tables.document.c
    return exists().where(columns.study_instance_uid == uid, columns.purged_at.is_(None))


#: In the order in which they go.
KINDS: Final[dict[str, Kind]] = {
    "images": Kind(_has_pixels, _take_images),
    "evidence": Kind(_has_evidence, _take_evidence),
    "documents": Kind(_has_documents, _take_documents),
    "history": Kind(lambda uid: uid.is_not(None), _take_history),
}
