"""Versions of a study that a person asks for: one that takes the answer back, one that reads the images again."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, Table, insert, select

from dicom_node.ledger import deliveries, retractions, shadows, studies, tables
from dicom_node.ledger.rows import delivery_from
from dicom_node.ports import Starts
from domain.correction import Retraction
from domain.delivery import DeliveryState
from domain.errors import InterventionRefused
from domain.study import CompletionRule, StudyState

NOT_SENT = "Not sent: the result was retracted before it left."
_BEING_ANSWERED = "an answer to this study is being made; ask again when `osteonode studies` shows it answered"
_RETRACTED_BEFORE = "the result of this study is retracted; `osteonode reread STUDY` reads it again"
_NOBODY_HAS_IT = "the answer was made in shadow mode and reached nobody: there is nothing to take back"
_IN_SHADOW = (
    "{}: nobody would be told; leave shadow mode and ask again, or take the answer back in the archive and the "
    "information system themselves"
)
_NO_ANSWER = "this study has no answer yet that could be retracted; `osteonode show STUDY` says why"
_HELD = "the last version of this study is held and has no answer; `osteonode release STUDY` answers it"
_IMAGES_PURGED = (
    "the pixels of this study were purged (`[retention] images_days`); send it again from the archive, then ask again"
)
_DOCUMENTS_PURGED = (
    "the documents of this study were purged (`[retention] documents_days`), so that none can name them; take the "
    "answer back in the archive and the information system themselves"
)


def retract(
    connection: Connection, study_instance_uid: str, retraction: Retraction, now: datetime, starts: Starts
) -> int:
    """Open the version that takes the last answer back, and start it; what of that answer waits is not sent any more.

    Raises:
        InterventionRefused: there is no answer to take back, its documents are gone, or another one is being made.
    """
    latest = _latest(connection, study_instance_uid)
    if retractions.is_retracted(connection, study_instance_uid):
        raise InterventionRefused(_RETRACTED_BEFORE, subject=study_instance_uid)
    if latest["state"] in (StudyState.OPEN, StudyState.COMPLETE):
        raise InterventionRefused(_BEING_ANSWERED, subject=study_instance_uid)
    if not studies.last_spoken(connection, study_instance_uid):
        unsent = studies.last_made(connection, study_instance_uid)
        raise InterventionRefused(_NOBODY_HAS_IT if unsent else _NO_ANSWER, subject=study_instance_uid)
    shadow = shadows.find_on(connection, shadows.called_titles(connection, study_instance_uid))
    if shadow is not None:
        raise InterventionRefused(_IN_SHADOW.format(shadow.reason), subject=study_instance_uid)
    if _is_purged(connection, tables.document, study_instance_uid):
        raise InterventionRefused(_DOCUMENTS_PURGED, subject=study_instance_uid)
    version = _open(connection, latest, now)
    retractions.record(connection, study_instance_uid, version, retraction, now)
    _stop_deliveries(connection, study_instance_uid, version)
    starts.answer_study(connection, study_instance_uid, version, 1)
    return version


def reread(connection: Connection, study_instance_uid: str, now: datetime, starts: Starts) -> int:
    """Open a version of the images that are there, and start its answer.

    Raises:
        InterventionRefused: an answer is being made, the last version is held, or the pixels are gone.
    """
    latest = _latest(connection, study_instance_uid)
    refusals = {StudyState.OPEN: _BEING_ANSWERED, StudyState.COMPLETE: _BEING_ANSWERED, StudyState.HELD: _HELD}
    if latest["state"] in refusals:
        raise InterventionRefused(refusals[latest["state"]], subject=study_instance_uid)
    if _is_purged(connection, tables.instance, study_instance_uid):
        raise InterventionRefused(_IMAGES_PURGED, subject=study_instance_uid)
    version = _open(connection, latest, now)
    starts.answer_study(connection, study_instance_uid, version, 1)
    return version


def _is_purged(connection: Connection, table: Table, study_instance_uid: str) -> bool:
    """Return whether files that rows of a study speak of were removed."""
    is_gone = table.c.study_instance_uid == study_instance_uid, table.c.purged_at.is_not(None)
    return connection.execute(select(table.c.purged_at).where(*is_gone).limit(1)).first() is not None


def _latest(connection: Connection, study_instance_uid: str) -> RowMapping:
    columns = tables.study.c
    query = select(tables.study).where(columns.study_instance_uid == study_instance_uid)
    row = connection.execute(query.order_by(columns.version.desc()).limit(1).with_for_update()).mappings().first()
    if row is None:
        raise InterventionRefused("the ledger has no such study", subject=study_instance_uid)
    return row


def _open(connection: Connection, latest: RowMapping, now: datetime) -> int:
    """Open the next version closed: it takes no new image, and one that comes now opens a version of its own."""
    version = int(latest["version"]) + 1
    copied = {name: latest[name] for name in ("study_instance_uid", "first_arrival_at", "last_arrival_at", "known")}
    row = {"version": version, "state": StudyState.COMPLETE, "closed_at": now, "turn": 1}
    connection.execute(insert(tables.study).values(copied | row | {"closed_by": CompletionRule.ON_REQUEST}))
    return version


def _stop_deliveries(connection: Connection, study_instance_uid: str, version: int) -> None:
    columns = tables.delivery.c
    query = select(tables.delivery).where(
        columns.study_instance_uid == study_instance_uid,
        columns.version < version,
        columns.state == DeliveryState.WAITING,
    )
    for row in connection.execute(query.with_for_update()).mappings().all():
        delivery = delivery_from(row)
        changed = {"state": DeliveryState.HELD, "turn": delivery.turn + 1, "next_attempt_at": None}
        deliveries.change(connection, delivery, **changed, explanation=NOT_SENT)
