"""The versions of a study that take an answer back."""

from datetime import datetime

from sqlalchemy import Connection, and_, insert, select

from dicom_node.ledger import tables
from dicom_node.ledger.rows import retraction_from
from domain.correction import Retraction
from domain.study import SPOKEN

HELD_CODE = "RETRACTED"
HELD_REASON = (
    "an image came after a person had retracted the result of this study; it is kept and not answered: "
    "`osteonode release STUDY` reads the study again"
)


def record(
    connection: Connection, study_instance_uid: str, version: int, retraction: Retraction, asked_at: datetime
) -> None:
    """Record that a version takes the answer before it back."""
    key = {"study_instance_uid": study_instance_uid, "version": version}
    row = {"reason": retraction.reason, "by": retraction.by, "note": retraction.note, "asked_at": asked_at}
    connection.execute(insert(tables.retraction).values(key | row))


def find(connection: Connection, study_instance_uid: str, version: int) -> Retraction | None:
    """Return the retraction that a version is, None where it is an answer."""
    columns = tables.retraction.c
    query = select(tables.retraction).where(
        columns.study_instance_uid == study_instance_uid, columns.version == version
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else retraction_from(row)


def find_after(connection: Connection, study_instance_uid: str, version: int) -> int | None:
    """Return the first version that took this one back, or one after it; None where there is none."""
    columns = tables.retraction.c
    query = select(columns.version).where(columns.study_instance_uid == study_instance_uid, columns.version > version)
    return connection.execute(query.order_by(columns.version).limit(1)).scalar()


def is_retracted(connection: Connection, study_instance_uid: str, before: int | None = None) -> bool:
    """Return whether the last word on a study, or the last before a version, is a retraction, made or in the making."""
    columns, retracted = tables.study.c, tables.retraction.c
    query = (
        select(columns.state, retracted.reason)
        .join_from(
            tables.study,
            tables.retraction,
            and_(retracted.study_instance_uid == columns.study_instance_uid, retracted.version == columns.version),
            isouter=True,
        )
        .where(columns.study_instance_uid == study_instance_uid)
        .where(columns.state.in_(SPOKEN) | retracted.reason.is_not(None))
    )
    if before is not None:
        query = query.where(columns.version < before)
    last = connection.execute(query.order_by(columns.version.desc()).limit(1)).first()
    return last is not None and last.reason is not None
