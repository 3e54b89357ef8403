"""The tables of final reports, and of what they say beside our answers. No text of a report is in them."""

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: One row per report, its last message. `content` is its numbers as JSON, with digests in the place of patient
#: identifiers; `stated_uid` is the Study Instance UID that it names, or empty. `study_instance_uid` is empty until its
#: study is known, `compared_at` until it was compared.
final_report = Table(
    "final_report",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("study_instance_uid", String(64), nullable=False, index=True),
    Column("stated_uid", String(64), nullable=False, index=True),
    Column("accession_number", Text, nullable=False, index=True),
    Column("content", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("statement", String(16), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("control_id", Text, nullable=False),
    Column("said_at", UtcDateTime),
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("remark", String(32)),
    Column("compared_at", UtcDateTime),
    Index("final_report_to_compare", "compared_at", "study_instance_uid"),
)

#: One row per study that has both a final report and an answer: `version` is that of the answer that stood when the
#: report came, or the first one behind it. `statement` is what all its reports say together, `answer` what we said.
report_comparison = Table(
    "report_comparison",
    metadata,
    Column("study_instance_uid", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("statement", String(16), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("answer", String(16), nullable=False),
    Column("region", String(64), nullable=False),
    Column("calling_ae_title", String(16), nullable=False),
    Column("model_set", String(64), nullable=False),
    Column("compared_at", UtcDateTime, nullable=False, index=True),
)
