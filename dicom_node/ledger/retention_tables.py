"""The tables of retention: files that are to go, studies that went, and what was erased on request."""

from sqlalchemy import Column, Integer, String, Table, Text

from dicom_node.ledger.tables import UtcDateTime, metadata

#: Files and folders that no row speaks of any more; written with the change of the rows, removed after it.
removal = Table("removal", metadata, Column("path", Text, primary_key=True))

#: One small row for each study whose history was removed: a late image must not be answered under an old version's
#: UIDs. The key is the sha256 of the Study Instance UID, in hex.
past_study = Table(
    "past_study",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("last_version", Integer, nullable=False),
    Column("purged_at", UtcDateTime, nullable=False),
)

#: Erasures that were asked for. `digest` is salted and slow (scrypt), so that a list of patients does not give it away.
erasure = Table(
    "erasure",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("digest", String(128), nullable=False),
    Column("studies", Integer, nullable=False),
    Column("files", Integer, nullable=False),
)
