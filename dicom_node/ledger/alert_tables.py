"""The tables of alerts."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: What somebody has to see to, or had to. Names no study and no patient.
alert = Table(
    "alert",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("happened", Text, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime, index=True),
    sqlite_autoincrement=True,  # who was told a number must not be told another alert under it
)

#: What is sent to whom; `next_at` is empty when nothing more is to be done.
alert_message = Table(
    "alert_message",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("alert", Integer, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("event", String(16), nullable=False),
    Column("text", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("explanation", Text, nullable=False),
    Index("alert_message_to_send", "channel", "next_at"),
    sqlite_autoincrement=True,
)
