"""The tables of storage commitment: what we asked of archives, and what modalities asked of us."""

from sqlalchemy import JSON, Boolean, Column, ForeignKeyConstraint, Index, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: One row per delivery whose safekeeping is asked for (domain/commitment.py).
commitment = Table(
    "commitment",
    metadata,
    Column("study_instance_uid", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("destination", String(48), primary_key=True),
    Column("items", JSON, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("ask", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("silences", Integer, nullable=False),
    Column("resends", Integer, nullable=False),
    Column("next_at", UtcDateTime),
    Column("asked_at", UtcDateTime),
    Column("committed_at", UtcDateTime),
    Column("explanation", Text, nullable=False),
    ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
)

#: Every request ever made, before it is sent: a report to any of them finds its commitment.
commitment_ask = Table(
    "commitment_ask",
    metadata,
    Column("transaction_uid", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("destination", String(48), nullable=False),
    Column("ask", Integer, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("reported_at", UtcDateTime),
    ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
    Index("commitment_ask_of_study", "study_instance_uid"),
)

#: What a modality asked of us and what it is told. `is_duplicate`: its Transaction UID was another request's already.
commitment_request = Table(
    "commitment_request",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("transaction_uid", String(64), nullable=False, index=True),
    Column("calling_ae_title", String(16), nullable=False),
    Column("called_ae_title", String(16), nullable=False),
    Column("address", String(64), nullable=False),
    Column("items", JSON, nullable=False),
    Column("is_duplicate", Boolean, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
    Column("reported_at", UtcDateTime),
    Column("explanation", Text, nullable=False),
)
