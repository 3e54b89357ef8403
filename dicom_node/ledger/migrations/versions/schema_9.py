"""Shadow mode: since when it holds for what; and what a challenger said of images."""

import sqlalchemy as sa
from alembic import op

revision = "9"
down_revision = "8"

schema = sa.MetaData()

sa.Table(
    "challenge",
    schema,
    sa.Column("sop_instance_uid", sa.String(64), primary_key=True),
    sa.Column("champion_set", sa.String(64), primary_key=True),
    sa.Column("challenger_set", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("champion_statement", sa.String(16)),
    sa.Column("champion_probability", sa.Float()),
    sa.Column("champion_region", sa.String(64), nullable=False),
    sa.Column("champion_reason", sa.String(64), nullable=False),
    sa.Column("champion_milliseconds", sa.Float(), nullable=False),
    sa.Column("statement", sa.String(16)),
    sa.Column("probability", sa.Float()),
    sa.Column("region", sa.String(64), nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("milliseconds", sa.Float(), nullable=False),
    sa.Column("content", sa.JSON()),
    sa.Column("read_at", sa.DateTime(timezone=True)),
    sa.Index("challenge_by_answer", "answered_at"),
    sa.Index("challenge_to_do", "state", "answered_at"),
    sa.Index("ix_challenge_study_instance_uid", "study_instance_uid"),
)
sa.Table(
    "shadow_period",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("title", sa.String(16), nullable=False),
    sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Create the table."""
    schema.create_all(op.get_bind())
