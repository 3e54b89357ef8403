"""The table of what a challenger said of images, beside what the champion had said."""

from sqlalchemy import JSON, Column, Float, Index, String, Table

from dicom_node.ledger.tables import UtcDateTime, metadata

#: One row per image and pairing of two sets of models. What the champion said is copied: a page need not read content.
challenge = Table(
    "challenge",
    metadata,
    Column("sop_instance_uid", String(64), primary_key=True),
    Column("champion_set", String(64), primary_key=True),
    Column("challenger_set", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("champion_statement", String(16)),
    Column("champion_probability", Float),
    Column("champion_region", String(64), nullable=False),
    Column("champion_reason", String(64), nullable=False),
    Column("champion_milliseconds", Float, nullable=False),
    Column("statement", String(16)),
    Column("probability", Float),
    Column("region", String(64), nullable=False, default=""),
    Column("reason", String(64), nullable=False, default=""),
    Column("milliseconds", Float, nullable=False, default=0.0),
    Column("content", JSON(none_as_null=True)),
    Column("read_at", UtcDateTime),
    Index("challenge_to_do", "state", "answered_at"),
    Index("challenge_by_answer", "answered_at"),
)
