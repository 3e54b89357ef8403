"""The tables of change feeds that are followed."""

from sqlalchemy import Column, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: How far each source was followed.
feed = Table(
    "feed",
    metadata,
    Column("source", String(32), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("date", String(32), nullable=False),
)

#: What is still to be fetched; a row goes when nothing is left to do.
feed_item = Table(
    "feed_item",
    metadata,
    Column("source", String(32), primary_key=True),
    Column("resource", String(16), primary_key=True),
    Column("identifier", String(64), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("reason", Text, nullable=False, default=""),
    Column("next_attempt_at", UtcDateTime, nullable=False, index=True),
)

#: Studies by the source's own identifier, and the version that it was last told is answered.
feed_study = Table(
    "feed_study",
    metadata,
    Column("source", String(32), primary_key=True),
    Column("identifier", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("marked_version", Integer, nullable=False, default=0),
)
