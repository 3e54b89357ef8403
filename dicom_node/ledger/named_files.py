"""The files that the rows of a ledger name: what a backup of its data folder has to hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from dicom_node.ledger import tables
from dicom_node.ledger.retention_tables import removal


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file below the data folder.

    Attributes:
        path: relative to the data folder.
        sha256: that the ledger has of it, in hex; empty where it has none.
        data_set_bytes: where the digest is over the last so many bytes, as that of an image is (its head is ours).
    """

    path: str
    sha256: str = ""
    data_set_bytes: int | None = None


def find_named_files(connection: Connection) -> Iterator[NamedFile]:
    """Give each file once, but what is planned to go; rows that name a file elsewhere are left out."""
    going = set(connection.execute(select(removal.c.path)).scalars())
    told = set[str]()
    for file in _named(connection):
        inside = file.path and not Path(file.path).is_absolute()
        if inside and file.path not in told and file.path not in going:
            told.add(file.path)
            yield file


def _named(connection: Connection) -> Iterator[NamedFile]:
    images = tables.instance.c
    for row in connection.execute(select(images.path, images.sha256, images.size_bytes, images.purged_at)):
        is_whole = row.purged_at is None  # what is left of a purged one is its header
        yield NamedFile(row.path, row.sha256, row.size_bytes) if is_whole else NamedFile(row.path)
    documents = tables.document.c
    kept = select(documents.path, documents.sha256).where(documents.purged_at.is_(None))
    yield from (NamedFile(path, sha256) for path, sha256 in connection.execute(kept))
    readings = tables.reading.c
    for pictures in connection.execute(select(readings.display_path, readings.heat_map_path)):
        yield from (NamedFile(path) for path in pictures if path)
    for path in connection.execute(select(tables.quarantine.c.path)).scalars():
        yield NamedFile(path)
