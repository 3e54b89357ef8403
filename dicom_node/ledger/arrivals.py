"""Images that arrive: one row each, and the study they open or re-open."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from dicom_node.ledger import awaited_readings, documents, past_studies, removals, retractions, tables
from dicom_node.ledger.paths import relative_to_data
from dicom_node.ports import Recorded
from domain.errors import LedgerError
from domain.instance import ReceivedInstance
from domain.study import StudyState

_COPIED = frozenset(tables.instance.c.keys()) - {"version", "path", "purged_at"}
_INSTANCES, _STUDIES = tables.instance.c, tables.study.c
# Built once: to build a statement takes longer than to execute it, and each arrival executes all of these.
_KNOWN = select(_INSTANCES.sha256, _INSTANCES.purged_at).where(_INSTANCES.sop_instance_uid == bindparam("uid"))
_NEW_INSTANCE, _NEW_VERSION = insert(tables.instance), insert(tables.study)
_LATEST_VERSION = (
    select(_STUDIES.version, _STUDIES.state, _STUDIES.last_arrival_at)
    .where(_STUDIES.study_instance_uid == bindparam("uid"))
    .order_by(_STUDIES.version.desc())
    .limit(1)
    .with_for_update()
)
_NOTE_ARRIVAL = update(tables.study).where(
    _STUDIES.study_instance_uid == bindparam("uid"), _STUDIES.version == bindparam("open_version")
)


def record(connection: Connection, received: ReceivedInstance, data: Path) -> Recorded:
    """Record an instance and what it means for its study; the first instance of a UID is the one that stays.

    That it is to be read is noted in the same transaction.
    """
    known = connection.execute(_KNOWN, {"uid": received.sop_instance_uid}).first()
    if known is not None and known.sha256 != received.sha256:
        return Recorded.CONFLICT
    if known is not None:
        if known.purged_at is not None:
            _restore(connection, received, data)
        retracted = retractions.is_retracted(connection, received.study_instance_uid)
        return Recorded.RETRACTED if retracted else Recorded.DUPLICATE
    if _is_own_result(connection, received.sop_instance_uid):
        return Recorded.OWN_RESULT
    version = _open_version(connection, received.study_instance_uid, received.received_at)
    connection.execute(_NEW_INSTANCE, _row(received, version, data))
    awaited_readings.note(connection, received.sop_instance_uid, received.study_instance_uid)
    return Recorded.NEW


def _restore(connection: Connection, received: ReceivedInstance, data: Path) -> None:
    """Take an image whose pixels were purged back in; its study is read again when somebody asks for it.

    Raises:
        LedgerError: its file was removed at this moment; the sender has to send it again.
    """
    if not received.path.is_file():
        raise LedgerError("the file of an image was purged while it came again", subject=received.sop_instance_uid)
    path, instances, readings = relative_to_data(received.path, data), tables.instance.c, tables.reading.c
    removals.forget(connection, [path])
    is_it = instances.sop_instance_uid == received.sop_instance_uid
    former = connection.execute(select(instances.path).where(is_it)).scalar_one()
    removals.plan(connection, [former] if former != path else [])
    connection.execute(
        update(tables.instance).where(is_it).values(path=path, purged_at=None, received_at=received.received_at)
    )
    # Its pictures went with the pixels: what reads it next makes them anew.
    connection.execute(delete(tables.reading).where(readings.sop_instance_uid == received.sop_instance_uid))


def _is_own_result(connection: Connection, sop_instance_uid: str) -> bool:
    """Return whether this node made the instance: a PACS that forwards everything also forwards our captures.

    To read one would open a new version of the study, whose captures would come back, and so on for ever.
    """
    return documents.is_kept(connection, sop_instance_uid)


def _open_version(connection: Connection, study_instance_uid: str, arrived_at: datetime) -> int:
    """Return the version of the study that takes a new image now, opening one where none is open."""
    latest = connection.execute(_LATEST_VERSION, {"uid": study_instance_uid}).first()
    if latest is not None and latest.state == StudyState.OPEN:
        _note_arrival(connection, study_instance_uid, latest.version, max(arrived_at, latest.last_arrival_at))
        return int(latest.version)
    past = past_studies.last_version(connection, study_instance_uid) if latest is None else int(latest.version)
    version = past + 1
    opened = {"study_instance_uid": study_instance_uid, "version": version, "state": StudyState.OPEN}
    connection.execute(_NEW_VERSION, opened | {"first_arrival_at": arrived_at, "last_arrival_at": arrived_at})
    return version


def _note_arrival(connection: Connection, study_instance_uid: str, version: int, last_arrival_at: datetime) -> None:
    values = {"uid": study_instance_uid, "open_version": version, "last_arrival_at": last_arrival_at}
    connection.execute(_NOTE_ARRIVAL, values)


def _row(received: ReceivedInstance, version: int, data: Path) -> dict[str, object]:
    row = {name: getattr(received, name) for name in _COPIED}
    return row | {"version": version, "path": relative_to_data(received.path, data)}
