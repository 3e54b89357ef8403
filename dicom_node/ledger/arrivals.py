"""Images that arrive: one row each, and the study they open or re-open."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from dicom_node.ledger import documents, retractions, tables
from dicom_node.ledger.paths import relative_to_data
from dicom_node.ports import Recorded, Starts
from domain.instance import ReceivedInstance
from domain.study import StudyState

_COPIED = frozenset(tables.instance.c.keys()) - {"version", "path"}


def record(connection: Connection, received: ReceivedInstance, data: Path, starts: Starts) -> Recorded:
    """Record an instance and what it means for its study; the first instance of a UID is the one that stays.

    Its reading starts in the same transaction.
    """
    instances = tables.instance.c
    query = select(instances.sha256).where(instances.sop_instance_uid == received.sop_instance_uid)
    known = connection.execute(query).scalar()
    if known is not None and known != received.sha256:
        return Recorded.CONFLICT
    if known is not None:
        retracted = retractions.is_retracted(connection, received.study_instance_uid)
        return Recorded.RETRACTED if retracted else Recorded.DUPLICATE
    if _is_own_result(connection, received.sop_instance_uid):
        return Recorded.OWN_RESULT
    version = _open_version(connection, received.study_instance_uid, received.received_at)
    connection.execute(insert(tables.instance).values(_row(received, version, data)))
    starts.read_image(connection, received.sop_instance_uid)
    return Recorded.NEW


def _is_own_result(connection: Connection, sop_instance_uid: str) -> bool:
    """Return whether this node made the instance: a PACS that forwards everything also forwards our captures.

    To read one would open a new version of the study, whose captures would come back, and so on for ever.
    """
    return documents.is_kept(connection, sop_instance_uid)


def _open_version(connection: Connection, study_instance_uid: str, arrived_at: datetime) -> int:
    """Return the version of the study that takes a new image now, opening one where none is open."""
    studies = tables.study.c
    query = select(studies.version, studies.state, studies.last_arrival_at).where(
        studies.study_instance_uid == study_instance_uid
    )
    latest = connection.execute(query.order_by(studies.version.desc()).limit(1).with_for_update()).first()
    if latest is not None and latest.state == StudyState.OPEN:
        _note_arrival(connection, study_instance_uid, latest.version, max(arrived_at, latest.last_arrival_at))
        return int(latest.version)
    version = 1 if latest is None else int(latest.version) + 1
    connection.execute(
        insert(tables.study).values(
            study_instance_uid=study_instance_uid,
            version=version,
            state=StudyState.OPEN,
            first_arrival_at=arrived_at,
            last_arrival_at=arrived_at,
        )
    )
    return version


def _note_arrival(connection: Connection, study_instance_uid: str, version: int, last_arrival_at: datetime) -> None:
    studies = tables.study.c
    connection.execute(
        update(tables.study)
        .where(studies.study_instance_uid == study_instance_uid, studies.version == version)
        .values(last_arrival_at=last_arrival_at)
    )


def _row(received: ReceivedInstance, version: int, data: Path) -> dict[str, object]:
    row = {name: getattr(received, name) for name in _COPIED}
    return row | {"version": version, "path": relative_to_data(received.path, data)}
