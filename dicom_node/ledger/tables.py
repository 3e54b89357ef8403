"""The tables of the ledger. A new column or table raises SCHEMA_VERSION and has a revision (migrations/)."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

from domain.tier import Tier

SCHEMA_VERSION = 11

metadata = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite has no time zones of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Go to UTC; a time without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger keeps times with a time zone")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _study_key() -> tuple[Column[str], Column[int]]:
    return Column("study_instance_uid", String(64), primary_key=True), Column("version", Integer, primary_key=True)


meta = Table("meta", metadata, Column("name", String(32), primary_key=True), Column("value", Text, nullable=False))

#: One row per acknowledged image. `version` is that of the study when the image came; version n is answered from 1..n.
instance = Table(
    "instance",
    metadata,
    Column("sop_instance_uid", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("series_instance_uid", String(64), nullable=False),
    Column("sop_class_uid", String(64), nullable=False),
    Column("transfer_syntax_uid", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size_bytes", Integer, nullable=False),
    Column("calling_ae_title", String(16), nullable=False),
    Column("called_ae_title", String(16), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("tier", String(16), nullable=False, server_default=Tier.FULL.value),
    Column("purged_at", UtcDateTime),  # its pixels are gone; `path` is that of its header, or empty
)

#: One row per version of a study. `turn` counts the planned answers of the version.
study = Table(
    "study",
    metadata,
    *_study_key(),
    Column("state", String(16), nullable=False, index=True),
    Column("first_arrival_at", UtcDateTime, nullable=False),
    Column("last_arrival_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("closed_by", String(16)),
    Column("known", JSON(none_as_null=True)),
    Column("answered_at", UtcDateTime),
    Column("turn", Integer, nullable=False, default=0),
    Column("held_code", String(32)),
    Column("held_reason", Text),
    Column("withheld", JSON, nullable=False, default=list),
)

#: What the models said of the image with this digest; `content` is the noun as JSON.
reading = Table(
    "reading",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("model_set", String(64), primary_key=True),
    Column("sop_instance_uid", String(64), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("reason_code", String(64)),
    Column("content", JSON, nullable=False),
    Column("display_path", Text),
    Column("heat_map_path", Text),
    Column("read_at", UtcDateTime, nullable=False),
)

#: What a version's documents say: the findings as JSON. A later version is compared with it.
answer = Table(
    "answer",
    metadata,
    *_study_key(),
    Column("model_set", String(64), nullable=False),
    Column("findings", JSON, nullable=False),
    ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
)

#: A version that takes the one before it back. `by` and `note` are a person's words: they go into documents alone.
retraction = Table(
    "retraction",
    metadata,
    *_study_key(),
    Column("reason", String(32), nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
)

document = Table(
    "document",
    metadata,
    Column("identifier", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(48), nullable=False),
    Column("sop_class_uid", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("purged_at", UtcDateTime),  # its file is gone
    ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
    Index("document_of_study", "study_instance_uid", "version"),
)

delivery = Table(
    "delivery",
    metadata,
    *_study_key(),
    Column("destination", String(48), primary_key=True),
    Column("state", String(16), nullable=False, index=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("turn", Integer, nullable=False, default=0),
    Column("next_attempt_at", UtcDateTime),
    Column("explanation", Text, nullable=False, default=""),
    Column("receipts", JSON, nullable=False, default=list),
    ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
)

#: Every attempt ever made, for the history of a study.
attempt = Table(
    "attempt",
    metadata,
    *_study_key(),
    Column("destination", String(48), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("explanation", Text, nullable=False),
    Column("receipts", JSON, nullable=False),
)

#: What is made of a version when its answer has left. `turn` counts the planned starts; 0 waits for the answer.
explanation = Table(
    "explanation",
    metadata,
    *_study_key(),
    Column("state", String(16), nullable=False, index=True),
    Column("turn", Integer, nullable=False, default=0),
    Column("recipients", JSON, nullable=False, default=list),
    Column("reason", Text, nullable=False, default=""),
    Column("ended_at", UtcDateTime),
    ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
)

#: Who worded the impression of a version, where a phrase model was asked; `refusal` is empty where the model did.
impression = Table(
    "impression",
    metadata,
    *_study_key(),
    Column("asked", String(128), nullable=False),
    Column("refusal", String(64), nullable=False, index=True),
    ForeignKeyConstraint(["study_instance_uid", "version"], ["study.study_instance_uid", "study.version"]),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("path", Text, nullable=False),
    Column("reason_code", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("calling_ae_title", String(16), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("called_ae_title", String(16), nullable=False, server_default=""),
    Column("times", Integer, nullable=False, server_default="1"),
    sqlite_autoincrement=True,  # a person's list may be old: no number names another file later
)
