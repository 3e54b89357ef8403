"""Studies from closing to the answer: state, the rule that closed them, why they are held."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select, update

from dicom_node.ledger import retractions, tables
from dicom_node.ledger.rows import known_json
from dicom_node.ports import Starts
from domain.completeness import Known
from domain.errors import LedgerError
from domain.study import MADE, SPOKEN, CompletionRule, Study, StudyState


def is_version(study_instance_uid: str, version: int) -> ColumnElement[bool]:
    """Return the condition for one version of one study."""
    return and_(tables.study.c.study_instance_uid == study_instance_uid, tables.study.c.version == version)


def row_of(connection: Connection, study_instance_uid: str, version: int) -> RowMapping:
    """Return the row of one version, locked until the transaction ends.

    Raises:
        LedgerError: there is none.
    """
    query = select(tables.study).where(is_version(study_instance_uid, version)).with_for_update()
    row = connection.execute(query).mappings().first()
    if row is None:
        raise LedgerError(f"the ledger has no version {version} of this study", subject=study_instance_uid)
    return row


def change(connection: Connection, study_instance_uid: str, version: int, **values: Any) -> None:
    """Change columns of one version."""
    connection.execute(update(tables.study).where(is_version(study_instance_uid, version)).values(values))


def last_spoken(connection: Connection, study_instance_uid: str) -> int:
    """Return the number of the last version whose documents were meant for somebody, 0 where there is none."""
    return _last(connection, study_instance_uid, SPOKEN)


def last_made(connection: Connection, study_instance_uid: str) -> int:
    """Return the number of the last version whose documents are made, in shadow mode or not, 0 where there is none."""
    return _last(connection, study_instance_uid, MADE)


def _last(connection: Connection, study_instance_uid: str, states: Collection[StudyState]) -> int:
    columns = tables.study.c
    query = select(func.max(columns.version)).where(
        columns.study_instance_uid == study_instance_uid, columns.state.in_(states)
    )
    return int(connection.execute(query).scalar() or 0)


def close(
    connection: Connection, study: Study, rule: CompletionRule, known: Known, closed_at: datetime, starts: Starts
) -> StudyState | None:
    """Close an open version and start its answer, unless an image came since or the version before is unanswered.

    The version before is answered first, because this one's documents name its documents as their predecessors.
    Where a person took the last answer back, the version is held: nothing is read again in silence.
    """
    uid, version = study.study_instance_uid, study.version
    row = row_of(connection, uid, version)
    is_as_seen = row["state"] == StudyState.OPEN and row["last_arrival_at"] == study.last_arrival_at
    if not is_as_seen or _is_being_answered(connection, uid, version - 1):
        return None
    closed = {"closed_at": closed_at, "closed_by": rule, "known": known_json(known)}
    if retractions.is_retracted(connection, uid, before=version):
        held = {"held_code": retractions.HELD_CODE, "held_reason": retractions.HELD_REASON}
        change(connection, uid, version, state=StudyState.HELD, **closed, **held)
        return StudyState.HELD
    change(connection, uid, version, state=StudyState.COMPLETE, **closed, turn=1)
    starts.answer_study(connection, uid, version, 1)
    return StudyState.COMPLETE


def _is_being_answered(connection: Connection, study_instance_uid: str, version: int) -> bool:
    """Return whether a version waits for its answer; one that was never or whose history was removed does not."""
    query = select(tables.study.c.state).where(is_version(study_instance_uid, version)).with_for_update()
    return bool(connection.execute(query).scalar() == StudyState.COMPLETE)


def plan_answer(
    connection: Connection, study_instance_uid: str, version: int, turn: int, starts: Starts, delay: timedelta
) -> None:
    """Plan the next answer of a closed version; nothing where somebody planned since."""
    row = row_of(connection, study_instance_uid, version)
    if row["turn"] != turn or row["state"] != StudyState.COMPLETE:
        return
    change(connection, study_instance_uid, version, turn=turn + 1)
    starts.answer_study(connection, study_instance_uid, version, turn + 1, delay_seconds=delay.total_seconds())


def release(connection: Connection, study_instance_uid: str, starts: Starts) -> Sequence[int]:
    """Answer every held version of a study again; return the versions. One that a later one superseded stays held."""
    studies = tables.study.c
    query = select(studies.version, studies.turn).where(
        studies.study_instance_uid == study_instance_uid,
        studies.state == StudyState.HELD,
        studies.version > last_made(connection, study_instance_uid),
    )
    held = connection.execute(query.order_by(studies.version).with_for_update()).all()
    for version, turn in held:
        change(connection, study_instance_uid, version, state=StudyState.COMPLETE, held_code=None, held_reason=None)
        plan_answer(connection, study_instance_uid, version, turn, starts, timedelta())
    return [version for version, _turn in held]
