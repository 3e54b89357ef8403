"""The tables of what is known beside the images: performed procedure steps."""

from sqlalchemy import JSON, Column, Index, String, Table

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
