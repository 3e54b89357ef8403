"""Final reports, and what they say beside the answers."""

import sqlalchemy as sa
from alembic import op

revision = "8"
down_revision = "7"

schema = sa.MetaData()

sa.Table(
    "final_report",
    schema,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("stated_uid", sa.String(64), nullable=False),
    sa.Column("accession_number", sa.Text(), nullable=False),
    sa.Column("content", sa.JSON(), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("statement", sa.String(16), nullable=False),
    sa.Column("rule", sa.String(64), nullable=False),
    sa.Column("control_id", sa.Text(), nullable=False),
    sa.Column("said_at", sa.DateTime(timezone=True)),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("remark", sa.String(32)),
    sa.Column("compared_at", sa.DateTime(timezone=True)),
    sa.Index("final_report_to_compare", "compared_at", "study_instance_uid"),
    sa.Index("ix_final_report_accession_number", "accession_number"),
    sa.Index("ix_final_report_received_at", "received_at"),
    sa.Index("ix_final_report_stated_uid", "stated_uid"),
    sa.Index("ix_final_report_study_instance_uid", "study_instance_uid"),
)
sa.Table(
    "report_comparison",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("statement", sa.String(16), nullable=False),
    sa.Column("rule", sa.String(64), nullable=False),
    sa.Column("answer", sa.String(16), nullable=False),
    sa.Column("region", sa.String(64), nullable=False),
    sa.Column("calling_ae_title", sa.String(16), nullable=False),
    sa.Column("model_set", sa.String(64), nullable=False),
    sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_report_comparison_compared_at", "compared_at"),
)


def upgrade() -> None:
    """Create the tables."""
    schema.create_all(op.get_bind())
