"""The tables of the ledger that say how destinations answer."""

from sqlalchemy import Column, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: How a destination has answered lately; one without a row answers.
breaker = Table(
    "breaker",
    metadata,
    Column("destination", String(48), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("trials", Integer, nullable=False),
    Column("probe_at", UtcDateTime),
    Column("trial", Text, nullable=False),
    Column("explanation", Text, nullable=False),
)
