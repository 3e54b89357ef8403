"""The table of studies that are fetched from an archive because a person asked."""

from sqlalchemy import Column, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

retrieval = Table(
    "retrieval",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("study_instance_uid", String(64), nullable=False),
    Column("archive", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", UtcDateTime),
    Column("said", Text, nullable=False, default=""),
)
