"""The tables of the ledger that say where answers go, and how destinations answer."""

from sqlalchemy import JSON, Column, Integer, String, Table, Text

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

#: A delivery that a person gave up. `reason` and `by` are a person's words: shown to people alone, never logged.
discard = Table(
    "discard",
    metadata,
    Column("study_instance_uid", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("destination", String(48), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("discarded_at", UtcDateTime, nullable=False),
)

#: Where a version of an answer goes: `documents` has the kinds by destination, null for all; `judged` every rule.
routing = Table(
    "routing",
    metadata,
    Column("study_instance_uid", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("route", String(32), nullable=False),
    Column("documents", JSON, nullable=False),
    Column("corrected", JSON, nullable=False),
    Column("judged", JSON, nullable=False),
)
