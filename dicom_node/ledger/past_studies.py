"""Studies whose history was removed: all that stays is how many versions they had.

Documents take their UIDs from study and version. An image that comes after all was removed opens the next version, so
that no archive takes its answer for the one that it has under the same UIDs.
"""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from dicom_node.ledger.retention_tables import past_study

_LAST_VERSION = select(past_study.c.last_version).where(past_study.c.digest == bindparam("digest"))


def remember(connection: Connection, study_instance_uid: str, last_version: int, now: datetime) -> None:
    """Keep the number of a study's last version."""
    digest = _digest(study_instance_uid)
    connection.execute(delete(past_study).where(past_study.c.digest == digest))
    connection.execute(insert(past_study).values(digest=digest, last_version=last_version, purged_at=now))


def last_version(connection: Connection, study_instance_uid: str) -> int:
    """Return the last version that a study had when its history was removed, 0 where none was."""
    return int(connection.execute(_LAST_VERSION, {"digest": _digest(study_instance_uid)}).scalar() or 0)


def _digest(study_instance_uid: str) -> str:
    return hashlib.sha256(study_instance_uid.encode()).hexdigest()
