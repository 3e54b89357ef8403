"""Everything that is kept of one study, for the page about it."""

from pathlib import Path

from sqlalchemy import Connection, Engine, RowMapping, select

from dicom_node.ledger import answers, study_rows, tables, timeline
from dicom_node.ledger.database import looking
from dicom_node.ledger.queries import DocumentLine, History, LedgerView
from dicom_node.ledger.rows import reading_from
from dicom_node.study_ports import DocumentFile, ImageFile, OrderUse, StudyFile
from domain.finding import StudyFindings
from domain.study import StudyState
from domain.tier import Tier


class StudyFiles:
    """Finds what is kept of studies; safe while a node writes to the ledger.

    Args:
        data: the node's data folder.
    """

    def __init__(self, engine: Engine, data: Path) -> None:
        self._engine, self._data = engine, data.resolve()
        self._view = LedgerView(engine, data)

    def file(self, study_instance_uid: str) -> StudyFile | None:
        """Return everything about one study, None where it is unknown."""
        history = self._view.history(study_instance_uid)
        if history is None:
            return None
        columns = tables.study.c
        latest = select(tables.study).where(columns.study_instance_uid == study_instance_uid)
        with looking(self._engine) as connection:
            row = connection.execute(latest.order_by(columns.version.desc()).limit(1)).mappings().all()
            version, findings = _last_answer(connection, history)
            return StudyFile(
                row=study_rows.describe(connection, row)[0],
                happenings=timeline.tell(connection, study_instance_uid, history),
                images=_images(connection, study_instance_uid, self._data),
                documents=tuple(map(_document, history.documents)),
                orders=tuple(OrderUse(each.version, each.placers, each.remark) for each in history.orders),
                routings=history.routings,
                findings=findings,
                answered_version=version,
                header=self._view.first_header(study_instance_uid),
            )


def _last_answer(connection: Connection, history: History) -> tuple[int, StudyFindings | None]:
    """Return the last version that says something of the images, and what; (0, None) where it was taken back."""
    spoken = [each.study for each in history.versions if each.answered_at is not None]
    if not spoken or spoken[-1].state is StudyState.RETRACTED:
        return 0, None
    found = answers.find(connection, spoken[-1].study_instance_uid, spoken[-1].version)
    return (spoken[-1].version, found) if found else (0, None)


def _images(connection: Connection, study_instance_uid: str, data: Path) -> tuple[ImageFile, ...]:
    """Return the images in the order in which documents count them; of several readings the last."""
    images, readings = tables.instance.c, tables.reading.c
    query = (
        select(tables.instance, readings.content, readings.display_path)
        .join_from(tables.instance, tables.reading, images.sha256 == readings.sha256, isouter=True)
        .where(images.study_instance_uid == study_instance_uid)
        .order_by(images.version, images.series_instance_uid, images.sop_instance_uid, readings.read_at)
    )
    last = {row["sop_instance_uid"]: row for row in connection.execute(query).mappings()}
    return tuple(_image(row, number, data) for number, row in enumerate(last.values(), 1))


def _image(row: RowMapping, number: int, data: Path) -> ImageFile:
    return ImageFile(
        sop_instance_uid=row["sop_instance_uid"],
        number=number,
        version=row["version"],
        received_at=row["received_at"],
        calling_ae_title=row["calling_ae_title"],
        tier=Tier(row["tier"]),
        sha256=row["sha256"],
        reading=reading_from(row["content"]) if row["content"] else None,
        display=data / row["display_path"] if row["display_path"] else None,
        stored=None if row["purged_at"] else data / row["path"],
    )


def _document(line: DocumentLine) -> DocumentFile:
    return DocumentFile(line.identifier, line.kind, line.version, None if line.purged_at else line.path)
