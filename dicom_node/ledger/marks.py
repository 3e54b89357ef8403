"""Single values that the ledger keeps under a name, beside the schema version: how far something is."""

from typing import Final

from sqlalchemy import Connection, insert, select, update

from dicom_node.ledger.tables import meta

#: The number and the digest of the last record of the audit trail.
HEAD_MARK: Final = "audit_head"


def read_mark(connection: Connection, name: str) -> str:
    """Return a value, empty where there is none."""
    return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar() or ""


def keep_mark(connection: Connection, name: str, value: str) -> None:
    """Keep a value under its name, in the place of the one before."""
    changed = connection.execute(update(meta).where(meta.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(insert(meta).values(name=name, value=value))
