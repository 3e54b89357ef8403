"""Readings that are to be made again."""

from sqlalchemy import Connection, delete, select

from dicom_node.ledger import tables
from domain.errors import InterventionRefused
from inference.reasons import NOT_DECODED


def forget_failed(connection: Connection, sop_instance_uid: str) -> str:
    """Forget what was said of an image that could not be decoded, and of others of its study; return the study's UID.

    Raises:
        InterventionRefused: the ledger has no such image, or it could be decoded.
    """
    images, readings = tables.instance.c, tables.reading.c
    study = study_of(connection, sop_instance_uid)
    if study is None:
        why = "the ledger has no such image; `osteonode quarantine` lists those that could not be decoded"
        raise InterventionRefused(why, subject=sop_instance_uid)
    # All of the study at once: while its new version is made, nobody could ask for the next one.
    of_study = select(images.sha256).where(images.study_instance_uid == study)
    failed = delete(tables.reading).where(readings.sha256.in_(of_study), readings.reason_code.in_(NOT_DECODED))
    if not connection.execute(failed).rowcount:
        why = "this image was decoded; `osteonode reread STUDY` reads a study again with other models"
        raise InterventionRefused(why, subject=sop_instance_uid)
    return study


def study_of(connection: Connection, sop_instance_uid: str) -> str | None:
    """Return the Study Instance UID of an image, None where the ledger has no such image."""
    images = tables.instance.c
    query = select(images.study_instance_uid).where(images.sop_instance_uid == sop_instance_uid)
    return connection.execute(query.limit(1)).scalar()
