"""The table of the audit trail. Rows are only ever added; of one only `patient` may go, when a patient is erased."""

from sqlalchemy import Column, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: One row per event, numbered without gaps. `digest` is over `previous`, which is the digest of the row before, and all
#: that the row says; of the patient over `patient_digest` alone, so that a patient can be erased and the rest proven.
#: `content` and `patient` are JSON as text, because a digest is over bytes. `event`, `outcome`, `who` and
#: `study_instance_uid` repeat what `content` says, for who searches.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("occurred_at", UtcDateTime, nullable=False, index=True),
    Column("event", String(16), nullable=False, index=True),
    Column("outcome", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("study_instance_uid", String(64), index=True),
    Column("cause", String(200), unique=True),
    Column("content", Text, nullable=False),
    Column("patient", Text),
    Column("patient_digest", String(64), nullable=False, server_default=""),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
