"""The table of files that a person removed from quarantine."""

from sqlalchemy import Column, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: Names no image and no patient. `reason` and `by` are a person's words: shown to people alone, never logged.
quarantine_discard = Table(
    "quarantine_discard",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("reason_code", String(64), nullable=False),
    Column("calling_ae_title", String(16), nullable=False),
    Column("discarded_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
)
