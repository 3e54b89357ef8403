"""The tables and indexes by which a person finds a study, and what persons asked for."""

from typing import Final

from sqlalchemy import Column, Index, Integer, String, Table, Text

from dicom_node.ledger import tables
from dicom_node.ledger.commitment_tables import commitment
from dicom_node.ledger.tables import UtcDateTime, metadata

#: What the images of a study say of it, by which people look for it: noted after they came, and made anew where it is
#: lost. The patient is a digest, as in `imaging_order`. `last_arrival_at` is that of the study when it was noted.
study_entry = Table(
    "study_entry",
    metadata,
    Column("study_instance_uid", String(64), primary_key=True),
    Column("accession_number", String(64), nullable=False, index=True),
    Column("patient_digest", String(64), nullable=False, index=True),
    Column("last_arrival_at", UtcDateTime, nullable=False),
)

#: Who sent images of a study.
study_sender = Table(
    "study_sender",
    metadata,
    Column("study_instance_uid", String(64), primary_key=True),
    Column("calling_ae_title", String(16), primary_key=True),
    Index("study_sender_of_title", "calling_ae_title"),
)

#: What a person asked for a study. `reason` and `by` are a person's words: shown to people alone, never logged.
person_request = Table(
    "person_request",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("destination", String(48), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("answer", Text, nullable=False),
)

_studies = tables.study.c
#: Indexes of tables that are older than they; they are those tables' from here on.
ADDED_INDEXES: Final = (
    Index("study_by_arrival", _studies.last_arrival_at, _studies.study_instance_uid),
    Index("study_by_state", _studies.state, _studies.last_arrival_at, _studies.study_instance_uid),
    Index("study_by_answer", _studies.answered_at),
    Index("study_by_closing", _studies.closed_at),
    Index("attempt_by_end", tables.attempt.c.ended_at),
    Index("reading_by_end", tables.reading.c.read_at),
    Index("reading_by_reason", tables.reading.c.reason_code),
    Index("delivery_by_destination", tables.delivery.c.destination, tables.delivery.c.state),
    Index("commitment_by_end", commitment.c.committed_at),
)
