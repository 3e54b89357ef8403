"""What the console, the audit trail and the search of studies need: tables of their own, and indexes of older ones."""

import sqlalchemy as sa
from alembic import op

revision = "7"
down_revision = "6"

schema = sa.MetaData()

sa.Table(
    "alert",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("subject", sa.String(128), nullable=False),
    sa.Column("happened", sa.Text(), nullable=False),
    sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("cleared_at", sa.DateTime(timezone=True)),
    sa.Index("ix_alert_cleared_at", "cleared_at"),
    sqlite_autoincrement=True,
)
sa.Table(
    "alert_message",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("alert", sa.Integer(), nullable=False),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("text", sa.JSON(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("next_at", sa.DateTime(timezone=True)),
    sa.Column("settled_at", sa.DateTime(timezone=True)),
    sa.Column("explanation", sa.Text(), nullable=False),
    sa.Index("alert_message_to_send", "channel", "next_at"),
    sqlite_autoincrement=True,
)
sa.Table(
    "api_token",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("label", sa.String(64), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True)),
    sa.Index("ix_api_token_owner", "owner"),
    sqlite_autoincrement=True,
)
sa.Table(
    "audit",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("outcome", sa.Integer(), nullable=False),
    sa.Column("who", sa.Text(), nullable=False),
    sa.Column("study_instance_uid", sa.String(64)),
    sa.Column("cause", sa.String(200), unique=True),
    sa.Column("content", sa.Text(), nullable=False),
    sa.Column("patient", sa.Text()),
    sa.Column("patient_digest", sa.String(64), nullable=False, server_default=""),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Index("ix_audit_event", "event"),
    sa.Index("ix_audit_occurred_at", "occurred_at"),
    sa.Index("ix_audit_study_instance_uid", "study_instance_uid"),
)
sa.Table(
    "console_session",
    schema,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("way", sa.String(16), nullable=False),
    sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_console_session_name", "name"),
)
sa.Table(
    "console_user",
    schema,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password_hash", sa.Text(), nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "person_request",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("destination", sa.String(48), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("answer", sa.Text(), nullable=False),
    sa.Index("ix_person_request_study_instance_uid", "study_instance_uid"),
)
sa.Table(
    "quarantine_discard",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("reason_code", sa.String(64), nullable=False),
    sa.Column("calling_ae_title", sa.String(16), nullable=False),
    sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
)
sa.Table(
    "study_entry",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("accession_number", sa.String(64), nullable=False),
    sa.Column("patient_digest", sa.String(64), nullable=False),
    sa.Column("last_arrival_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_study_entry_accession_number", "accession_number"),
    sa.Index("ix_study_entry_patient_digest", "patient_digest"),
)
sa.Table(
    "study_sender",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("calling_ae_title", sa.String(16), primary_key=True),
    sa.Index("study_sender_of_title", "calling_ae_title"),
)

#: Of tables that are older than they: index, table, columns.
INDEXES = (
    ("attempt_by_end", "attempt", ["ended_at"]),
    ("reading_by_end", "reading", ["read_at"]),
    ("reading_by_reason", "reading", ["reason_code"]),
    ("delivery_by_destination", "delivery", ["destination", "state"]),
    ("study_by_answer", "study", ["answered_at"]),
    ("study_by_arrival", "study", ["last_arrival_at", "study_instance_uid"]),
    ("study_by_closing", "study", ["closed_at"]),
    ("study_by_state", "study", ["state", "last_arrival_at", "study_instance_uid"]),
    ("commitment_by_end", "commitment", ["committed_at"]),
)


def upgrade() -> None:
    """Create the tables and the indexes."""
    schema.create_all(op.get_bind())
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, if_not_exists=True)
