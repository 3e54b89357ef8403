"""The tables of what images are like: of each image, and of the first images of each sender."""

from sqlalchemy import JSON, Column, Integer, String, Table

from dicom_node.ledger.tables import UtcDateTime, metadata

#: One row per image that was decoded; `content` is the noun as JSON. `region` is empty where the models saw none.
image_measure = Table(
    "image_measure",
    metadata,
    Column("sop_instance_uid", String(64), primary_key=True),
    Column("model_set", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("region", String(64), nullable=False),
    Column("content", JSON, nullable=False),
    Column("measured_at", UtcDateTime, nullable=False, index=True),
)

#: How many of the first images fell into each bin of each measure, by own title, sender and region: no image and no
#: study is named, so it outlives them. `content` is the distributions as JSON; without images they are still awaited,
#: from `learned_at` on.
input_baseline = Table(
    "input_baseline",
    metadata,
    Column("called_ae_title", String(16), primary_key=True),
    Column("calling_ae_title", String(16), primary_key=True),
    Column("region", String(64), primary_key=True),
    Column("model_set", String(64), nullable=False),
    Column("images", Integer, nullable=False),
    Column("content", JSON, nullable=False),
    Column("learned_at", UtcDateTime, nullable=False),
)
