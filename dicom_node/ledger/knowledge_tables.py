"""The tables of what is known beside the images: performed procedure steps, and orders."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: One row per step and study; `refs` are the SOP Instance UIDs of the images that it has made so far.
performed_step = Table(
    "performed_step",
    metadata,
    Column("sop_instance_uid", String(64), primary_key=True),
    Column("study_instance_uid", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("refs", JSON, nullable=False, default=list),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("performed_step_of_study", "study_instance_uid"),
)

#: One row per order; `content` is the noun as JSON, with digests in the place of patient identifiers.
imaging_order = Table(
    "imaging_order",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("accession_number", Text, nullable=False, index=True),
    Column("content", JSON, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

#: Messages that were kept: the same one, sent again, has no second effect.
order_message = Table(
    "order_message",
    metadata,
    Column("identity", String(64), primary_key=True),
    Column("content", String(64), nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

#: Which orders a version of a study was answered with; `remark` says why with none, or not with everything.
order_use = Table(
    "order_use",
    metadata,
    Column("study_instance_uid", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("placers", JSON, nullable=False),
    Column("remark", String(32)),
)
