"""The audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "7"
down_revision = "6"

schema = sa.MetaData()

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
    "console_user",
    schema,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password_hash", sa.Text(), nullable=False),
    sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
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


def upgrade() -> None:
    """Create the new tables."""
    schema.create_all(op.get_bind())
