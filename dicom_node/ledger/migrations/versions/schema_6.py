"""The first schema with a revision: as ledgers of schema 6 are, and what brings those of schemas 1 to 5 to it.

Until schema 6 a start created the tables and added the columns that were missing; so does this, and changes nothing
where nothing is missing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import CreateColumn

revision = "6"
down_revision = None

schema = sa.MetaData()

#: Columns that tables of an earlier schema lack.
ADDED_COLUMNS = (
    ("instance", "tier"),
    ("study", "known"),
    ("instance", "purged_at"),
    ("document", "purged_at"),
    ("quarantine", "called_ae_title"),
    ("quarantine", "times"),
)

sa.Table(
    "attempt",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("destination", sa.String(48), primary_key=True),
    sa.Column("turn", sa.Integer(), primary_key=True),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("explanation", sa.Text(), nullable=False),
    sa.Column("receipts", sa.JSON(), nullable=False),
)
sa.Table(
    "breaker",
    schema,
    sa.Column("destination", sa.String(48), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("trials", sa.Integer(), nullable=False),
    sa.Column("probe_at", sa.DateTime(timezone=True)),
    sa.Column("trial", sa.Text(), nullable=False),
    sa.Column("explanation", sa.Text(), nullable=False),
)
sa.Table(
    "commitment_request",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("transaction_uid", sa.String(64), nullable=False),
    sa.Column("calling_ae_title", sa.String(16), nullable=False),
    sa.Column("called_ae_title", sa.String(16), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("items", sa.JSON(), nullable=False),
    sa.Column("is_duplicate", sa.Boolean(), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("next_at", sa.DateTime(timezone=True)),
    sa.Column("reported_at", sa.DateTime(timezone=True)),
    sa.Column("explanation", sa.Text(), nullable=False),
    sa.Index("ix_commitment_request_state", "state"),
    sa.Index("ix_commitment_request_transaction_uid", "transaction_uid"),
)
sa.Table(
    "discard",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("destination", sa.String(48), primary_key=True),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "erasure",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("salt", sa.String(32), nullable=False),
    sa.Column("digest", sa.String(128), nullable=False),
    sa.Column("studies", sa.Integer(), nullable=False),
    sa.Column("files", sa.Integer(), nullable=False),
)
sa.Table(
    "feed",
    schema,
    sa.Column("source", sa.String(32), primary_key=True),
    sa.Column("sequence", sa.Integer(), nullable=False),
    sa.Column("date", sa.String(32), nullable=False),
)
sa.Table(
    "feed_item",
    schema,
    sa.Column("source", sa.String(32), primary_key=True),
    sa.Column("resource", sa.String(16), primary_key=True),
    sa.Column("identifier", sa.String(64), primary_key=True),
    sa.Column("sequence", sa.Integer(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_feed_item_next_attempt_at", "next_attempt_at"),
)
sa.Table(
    "feed_study",
    schema,
    sa.Column("source", sa.String(32), primary_key=True),
    sa.Column("identifier", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("marked_version", sa.Integer(), nullable=False),
    sa.Index("ix_feed_study_study_instance_uid", "study_instance_uid"),
)
sa.Table(
    "imaging_order",
    schema,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("accession_number", sa.Text(), nullable=False),
    sa.Column("content", sa.JSON(), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_imaging_order_accession_number", "accession_number"),
    sa.Index("ix_imaging_order_study_instance_uid", "study_instance_uid"),
)
sa.Table(
    "instance",
    schema,
    sa.Column("sop_instance_uid", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("series_instance_uid", sa.String(64), nullable=False),
    sa.Column("sop_class_uid", sa.String(64), nullable=False),
    sa.Column("transfer_syntax_uid", sa.String(64), nullable=False),
    sa.Column("path", sa.Text(), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size_bytes", sa.Integer(), nullable=False),
    sa.Column("calling_ae_title", sa.String(16), nullable=False),
    sa.Column("called_ae_title", sa.String(16), nullable=False),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("tier", sa.String(16), nullable=False, server_default="full"),
    sa.Column("purged_at", sa.DateTime(timezone=True)),
    sa.Index("ix_instance_sha256", "sha256"),
    sa.Index("ix_instance_study_instance_uid", "study_instance_uid"),
)
sa.Table(
    "meta",
    schema,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Text(), nullable=False),
)
sa.Table(
    "order_message",
    schema,
    sa.Column("identity", sa.String(64), primary_key=True),
    sa.Column("content", sa.String(64), nullable=False),
    sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "order_use",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("placers", sa.JSON(), nullable=False),
    sa.Column("remark", sa.String(32)),
)
sa.Table(
    "past_study",
    schema,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("last_version", sa.Integer(), nullable=False),
    sa.Column("purged_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "performed_step",
    schema,
    sa.Column("sop_instance_uid", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("refs", sa.JSON(), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("performed_step_of_study", "study_instance_uid"),
)
sa.Table(
    "quarantine",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("path", sa.Text(), nullable=False),
    sa.Column("reason_code", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("calling_ae_title", sa.String(16), nullable=False),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("called_ae_title", sa.String(16), nullable=False, server_default=""),
    sa.Column("times", sa.Integer(), nullable=False, server_default="1"),
    sqlite_autoincrement=True,
)
sa.Table(
    "reading",
    schema,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("model_set", sa.String(64), primary_key=True),
    sa.Column("sop_instance_uid", sa.String(64), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason_code", sa.String(64)),
    sa.Column("content", sa.JSON(), nullable=False),
    sa.Column("display_path", sa.Text()),
    sa.Column("heat_map_path", sa.Text()),
    sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("ix_reading_sop_instance_uid", "sop_instance_uid"),
)
sa.Table(
    "removal",
    schema,
    sa.Column("path", sa.Text(), primary_key=True),
)
sa.Table(
    "routing",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("route", sa.String(32), nullable=False),
    sa.Column("documents", sa.JSON(), nullable=False),
    sa.Column("corrected", sa.JSON(), nullable=False),
    sa.Column("judged", sa.JSON(), nullable=False),
)
sa.Table(
    "study",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("first_arrival_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("last_arrival_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("closed_at", sa.DateTime(timezone=True)),
    sa.Column("closed_by", sa.String(16)),
    sa.Column("known", sa.JSON()),
    sa.Column("answered_at", sa.DateTime(timezone=True)),
    sa.Column("turn", sa.Integer(), nullable=False),
    sa.Column("held_code", sa.String(32)),
    sa.Column("held_reason", sa.Text()),
    sa.Column("withheld", sa.JSON(), nullable=False),
    sa.Index("ix_study_state", "state"),
)
sa.Table(
    "answer",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("model_set", sa.String(64), nullable=False),
    sa.Column("findings", sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
)
sa.Table(
    "commitment",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("destination", sa.String(48), primary_key=True),
    sa.Column("items", sa.JSON(), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("ask", sa.Integer(), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("silences", sa.Integer(), nullable=False),
    sa.Column("resends", sa.Integer(), nullable=False),
    sa.Column("next_at", sa.DateTime(timezone=True)),
    sa.Column("asked_at", sa.DateTime(timezone=True)),
    sa.Column("committed_at", sa.DateTime(timezone=True)),
    sa.Column("explanation", sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
    sa.Index("ix_commitment_state", "state"),
)
sa.Table(
    "commitment_ask",
    schema,
    sa.Column("transaction_uid", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("destination", sa.String(48), nullable=False),
    sa.Column("ask", sa.Integer(), nullable=False),
    sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("reported_at", sa.DateTime(timezone=True)),
    sa.ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
    sa.Index("commitment_ask_of_study", "study_instance_uid"),
)
sa.Table(
    "delivery",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("destination", sa.String(48), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("turn", sa.Integer(), nullable=False),
    sa.Column("next_attempt_at", sa.DateTime(timezone=True)),
    sa.Column("explanation", sa.Text(), nullable=False),
    sa.Column("receipts", sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
    sa.Index("ix_delivery_state", "state"),
)
sa.Table(
    "document",
    schema,
    sa.Column("identifier", sa.String(64), primary_key=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("kind", sa.String(48), nullable=False),
    sa.Column("sop_class_uid", sa.String(64), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("path", sa.Text(), nullable=False),
    sa.Column("purged_at", sa.DateTime(timezone=True)),
    sa.ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
    sa.Index("document_of_study", "study_instance_uid", "version"),
)
sa.Table(
    "explanation",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("turn", sa.Integer(), nullable=False),
    sa.Column("recipients", sa.JSON(), nullable=False),
    sa.Column("reason", sa.Text(), nullable=False),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    sa.ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
    sa.Index("ix_explanation_state", "state"),
)
sa.Table(
    "impression",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("asked", sa.String(128), nullable=False),
    sa.Column("refusal", sa.String(64), nullable=False),
    sa.ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
    sa.Index("ix_impression_refusal", "refusal"),
)
sa.Table(
    "retrieval",
    schema,
    sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
    sa.Column("study_instance_uid", sa.String(64), nullable=False),
    sa.Column("archive", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("next_attempt_at", sa.DateTime(timezone=True)),
    sa.Column("said", sa.Text(), nullable=False),
    sa.Index("ix_retrieval_state", "state"),
)
sa.Table(
    "retraction",
    schema,
    sa.Column("study_instance_uid", sa.String(64), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("by", sa.Text(), nullable=False),
    sa.Column("note", sa.Text(), nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
)


def upgrade() -> None:
    """Create the tables and add the columns that are missing."""
    connection = op.get_bind()
    schema.create_all(connection)
    for table, name in ADDED_COLUMNS:
        present = {column["name"] for column in sa.inspect(connection).get_columns(table)}
        if name not in present:
            definition = CreateColumn(schema.tables[table].c[name]).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {definition}")
