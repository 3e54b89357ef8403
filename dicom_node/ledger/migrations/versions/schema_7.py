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


def upgrade() -> None:
    """Create the new tables."""
    schema.create_all(op.get_bind())
