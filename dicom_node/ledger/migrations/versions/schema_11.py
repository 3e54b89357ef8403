"""Images that wait for their reading to start: a table of its own."""

import sqlalchemy as sa
from alembic import op

revision = "11"
down_revision = "10"

schema = sa.MetaData()

sa.Table(
    "awaited_reading",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("sop_instance_uid", sa.String(64), nullable=False),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
)


def upgrade() -> None:
    """Create the table."""
    schema.create_all(op.get_bind())
