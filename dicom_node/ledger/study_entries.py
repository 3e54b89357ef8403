"""What the images of studies say of them, noted for the search: a while after they came, never while an image comes.

It follows from files and rows that are there, so that it can be made again, and a ledger of any age gets it. One small
transaction a batch; a study whose last image is newer than its entry is noted again.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pydicom
from pydicom.errors import InvalidDicomError
from sqlalchemy import Connection, Engine, Select, and_, delete, func, insert, or_, select

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.search_tables import study_entry, study_sender
from domain.order import digest_patient_id

#: Studies may be committed in another order than their images came in; so far back is looked again.
_LOOK_BACK: Final = timedelta(minutes=10)
_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_DAMAGE = (OSError, InvalidDicomError, AttributeError, EOFError, ValueError, TypeError, KeyError, NotImplementedError)
_STUDIES, _IMAGES = tables.study.c, tables.instance.c


@dataclass(frozen=True, slots=True)
class _Batch:
    """What was noted at once; behind a full batch there may be more."""

    studies: int
    is_full: bool


class StudyEntries:
    """Notes what studies are looked for by. One process of a node does it; two do no harm.

    Args:
        data: the node's data folder.
        batch: versions of studies that are noted at once.
    """

    def __init__(self, engine: Engine, data: Path, *, batch: int = 50) -> None:
        self._engine, self._data, self._batch = engine, data.resolve(), batch
        self._noted_to = _BEGINNING

    def note_for(self, seconds: float) -> int:
        """Note batches until all is noted, or for so long; return how many studies are left."""
        until = time.monotonic() + seconds
        while self._note_batch().is_full:
            if time.monotonic() >= until:
                return self._count_due()
        return 0

    def note(self) -> int:
        """Note a batch of the studies that have no entry, or an old one, the oldest first; return how many."""
        return self._note_batch().studies

    def _note_batch(self) -> _Batch:
        with looking(self._engine) as connection:
            newest = connection.execute(select(func.max(_STUDIES.last_arrival_at, type_=tables.UtcDateTime()))).scalar()
            versions = connection.execute(self._due()).all()
            due = {row.study_instance_uid: row.last_arrival_at for row in versions}
            senders = _senders(connection, list(due))
            paths = _paths(connection, list(due))
        if due:
            entries = [self._entry(uid, last, paths) for uid, last in due.items()]
            with writing(self._engine) as connection:
                _replace(connection, entries, senders)
        # Behind a whole batch there may be more; behind less than one all is noted, and need not be looked at again.
        # Versions make a batch whole: a study may have two of them in it.
        is_full = len(versions) >= self._batch
        self._noted_to = max(due.values()) if is_full else newest or self._noted_to
        return _Batch(len(due), is_full)

    def _count_due(self) -> int:
        """Return how many studies have no entry, or an old one."""
        with looking(self._engine) as connection:
            due = self._due().with_only_columns(_STUDIES.study_instance_uid).limit(None).order_by(None).distinct()
            return connection.execute(select(func.count()).select_from(due.subquery())).scalar_one()

    def _due(self) -> Select[tuple[str, datetime]]:
        """Select versions in the order of their last images, from where the last batch ended.

        It goes along the index and stops at the end of the batch, so that nobody pays for what is noted already.
        """
        since = self._noted_to - _LOOK_BACK if self._noted_to > _BEGINNING else _BEGINNING
        is_its_own = study_entry.c.study_instance_uid == _STUDIES.study_instance_uid
        is_old = or_(
            study_entry.c.study_instance_uid.is_(None), study_entry.c.last_arrival_at < _STUDIES.last_arrival_at
        )
        query = select(_STUDIES.study_instance_uid, _STUDIES.last_arrival_at)
        joined = query.join_from(tables.study, study_entry, is_its_own, isouter=True)
        return (
            joined.where(_STUDIES.last_arrival_at >= since, is_old)
            .order_by(_STUDIES.last_arrival_at)
            .limit(self._batch)
        )

    def _entry(self, uid: str, last: datetime, paths: dict[str, str]) -> dict[str, object]:
        number, patient_id = _read(self._data / paths[uid]) if paths.get(uid) else ("", "")
        digest = digest_patient_id(patient_id) if patient_id.strip() else ""
        named = {"accession_number": number.strip()[:64], "patient_digest": digest}
        return {"study_instance_uid": uid, "last_arrival_at": last, **named}


def _paths(connection: Connection, uids: Sequence[str]) -> dict[str, str]:
    """Return a file of each study that has a header; the one of the first image, where it is there."""
    query = select(_IMAGES.study_instance_uid, _IMAGES.path).where(
        _IMAGES.study_instance_uid.in_(uids), _IMAGES.path != ""
    )
    order = _IMAGES.version.desc(), _IMAGES.sop_instance_uid.desc()
    return {uid: path for uid, path in connection.execute(query.order_by(*order))}


def _senders(connection: Connection, uids: Sequence[str]) -> list[dict[str, str]]:
    query = select(_IMAGES.study_instance_uid, _IMAGES.calling_ae_title).where(_IMAGES.study_instance_uid.in_(uids))
    return [dict(row) for row in connection.execute(query.distinct()).mappings()]


def _replace(connection: Connection, entries: Sequence[dict[str, object]], senders: Sequence[dict[str, str]]) -> None:
    """Take entries in the place of older ones; a study that was purged meanwhile gets none."""
    uids = [entry["study_instance_uid"] for entry in entries]
    for table in (study_entry, study_sender):
        connection.execute(delete(table).where(table.c.study_instance_uid.in_(uids)))
    there = set(
        connection.execute(
            select(_STUDIES.study_instance_uid).where(and_(_STUDIES.study_instance_uid.in_(uids)))
        ).scalars()
    )
    for table, rows in ((study_entry, entries), (study_sender, senders)):
        kept = [row for row in rows if row["study_instance_uid"] in there]
        if kept:
            connection.execute(insert(table), kept)


def _read(path: Path) -> tuple[str, str]:
    """Return Accession Number (0008,0050) and Patient ID (0010,0020); empty where the file does not say."""
    try:
        ds = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["AccessionNumber", "PatientID"])
        return str(ds.get("AccessionNumber", "") or ""), str(ds.get("PatientID", "") or "")
    except _DAMAGE:
        return "", ""
