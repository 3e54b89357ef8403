"""What images are like, and what those of a sender were like at first: tables of their own."""

import sqlalchemy as sa
from alembic import op

revision = "10"
down_revision = "9"

schema = sa.MetaData()

sa.Table(
    "image_measure",
    schema,
    sa.Column("sop_instance_uid", sa.String(64), primary_key=True),
    sa.Column("model_set", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("region", sa.String(64), nullable=False),
    sa.Column("content", sa.JSON(), nullable=False),
    sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_image_measure_measured_at", "measured_at"),
    sa.Index("ix_image_measure_study_instance_uid", "study_instance_uid"),
)
sa.Table(
    "input_baseline",
    schema,
    sa.Column("called_ae_title", sa.String(16), primary_key=True),
    sa.Column("calling_ae_title", sa.String(16), primary_key=True),
    sa.Column("region", sa.String(64), primary_key=True),
    sa.Column("model_set", sa.String(64), nullable=False),
    sa.Column("images", sa.Integer(), nullable=False),
    sa.Column("content", sa.JSON(), nullable=False),
    sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
)


def upgrade() -> None:
    """Create the tables."""
    schema.create_all(op.get_bind())
