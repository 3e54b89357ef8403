"""Which study or image a log speaks of: logs call it by a digest of its UID."""

from sqlalchemy import Engine, select

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking
from dicom_node.log_events import name_uid


def find_uids(engine: Engine, name: str) -> tuple[str, ...]:
    """Return the Study and SOP Instance UIDs that logs call by a name; several where their digests begin alike."""
    found: list[str] = []
    for column in (tables.study.c.study_instance_uid, tables.instance.c.sop_instance_uid):
        with looking(engine) as connection:
            every = connection.execute(select(column).distinct()).scalars()
            found += [uid for uid in every if name_uid(uid) == name]
    return tuple(found)
