"""Documents: their bytes are files, their rows say which bytes."""

import hashlib
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from dicom_node.durable_file import fsync_folder, write_durably
from dicom_node.ledger import tables
from dicom_node.ledger.paths import relative_to_data
from domain.document import Document, DocumentKind
from domain.errors import LedgerError

_KEPT = select(tables.document.c.kind).where(tables.document.c.identifier == bindparam("identifier"))


@contextmanager
def staged(documents: Sequence[Document], final: Path) -> Iterator[Path]:
    """Write documents durably into a folder beside their `final` one; what `publish` did not take is removed.

    Slow work is done here, before the transaction that locks the ledger.
    """
    stage = final.with_name(f"{final.name}.{uuid.uuid4().hex}.part")
    try:
        for document in documents:
            write_durably(stage / document.file_name, document.content)
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def publish(connection: Connection, stage: Path, documents: Sequence[Document], final: Path, data: Path) -> None:
    """Give staged documents their place and their rows. A folder without rows is left from a crash: it goes."""
    if not documents:
        return
    if final.exists():
        shutil.rmtree(final)
    stage.rename(final)
    fsync_folder(final.parent)
    connection.execute(insert(tables.document), [_row(document, final, data) for document in documents])


def is_kept(connection: Connection, identifier: str) -> bool:
    """Return whether there is a document with this identifier."""
    return connection.execute(_KEPT, {"identifier": identifier}).first() is not None


def rows_of(connection: Connection, study_instance_uid: str, version: int) -> Sequence[RowMapping]:
    """Return the rows of one version's documents, in a stable order."""
    documents = tables.document.c
    query = select(tables.document).where(
        documents.study_instance_uid == study_instance_uid, documents.version == version
    )
    return connection.execute(query.order_by(documents.path)).mappings().all()


def document_from(row: RowMapping, data: Path) -> Document:
    """Return the document of a row with its bytes.

    Raises:
        LedgerError: the bytes are not those that were kept; they must not leave.
        OSError: they cannot be read.
    """
    content = (data / row["path"]).read_bytes()
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise LedgerError("the file of a document is not the one that was written", subject=row["identifier"])
    return Document(
        kind=DocumentKind(row["kind"]),
        identifier=row["identifier"],
        study_instance_uid=row["study_instance_uid"],
        version=row["version"],
        sop_class_uid=row["sop_class_uid"],
        content=content,
    )


def _row(document: Document, folder: Path, data: Path) -> dict[str, object]:
    return {
        "identifier": document.identifier,
        "study_instance_uid": document.study_instance_uid,
        "version": document.version,
        "kind": document.kind,
        "sop_class_uid": document.sop_class_uid,
        "sha256": document.sha256,
        "path": relative_to_data(folder / document.file_name, data),
    }
