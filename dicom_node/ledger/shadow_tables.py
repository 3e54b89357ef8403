"""The table of the times during which something was in shadow mode."""

from sqlalchemy import Column, Integer, String, Table

from dicom_node.ledger.tables import UtcDateTime, metadata

#: `title` is the key of an own AE title, empty for the whole node. One that goes on has no end.
shadow_period = Table(
    "shadow_period",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("title", String(16), nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)
