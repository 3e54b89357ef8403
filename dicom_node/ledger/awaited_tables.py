"""The table of images that wait for their reading to start."""

from sqlalchemy import Column, Integer, String, Table

from dicom_node.ledger.tables import metadata

#: One row per image that arrived and whose reading was not started yet, in the order of arrival. Few as a rule, so that
#: no index is kept up while images come in.
awaited_reading = Table(
    "awaited_reading",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("sop_instance_uid", String(64), nullable=False),
    Column("study_instance_uid", String(64), nullable=False),
)
