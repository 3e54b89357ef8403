"""Files that were put aside, and images that were taken in and could not be decoded."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, insert, select, update
from sqlalchemy.orm import aliased

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.paths import relative_to_data
from dicom_node.ledger.quarantine_tables import quarantine_discard
from dicom_node.ledger.retention_tables import removal
from dicom_node.quarantine_ports import DiscardedFile, QuarantinedFile, UndecodedImage
from inference.reasons import NOT_DECODED


def record(connection: Connection, row: dict[str, Any]) -> None:
    """Record a file that was put aside; the same bytes for the same reason are one row that counts how often."""
    columns = tables.quarantine.c
    known = connection.execute(select(columns.number).where(columns.path == row["path"])).scalar()
    if known is None:
        connection.execute(insert(tables.quarantine).values(row))
    else:
        again = {"times": columns.times + 1, "reason": row["reason"]}
        connection.execute(update(tables.quarantine).where(columns.number == known).values(again))


class QuarantineBook:
    """Implements QuarantineLedger; safe while a node writes."""

    def __init__(self, engine: Engine, data: Path) -> None:
        self._engine, self._data = engine, data.resolve()

    def files(self, *, limit: int = 100) -> Sequence[QuarantinedFile]:
        """Return what lies there, the newest first."""
        query = select(tables.quarantine).order_by(tables.quarantine.c.number.desc()).limit(limit)
        with looking(self._engine) as connection:
            return [self._file(row) for row in connection.execute(query).mappings()]

    def find(self, number: int) -> QuarantinedFile | None:
        """Return one file, None where there is none of this number."""
        query = select(tables.quarantine).where(tables.quarantine.c.number == number)
        with looking(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else self._file(row)

    def settle(self, number: int) -> None:
        """Forget one file."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.quarantine).where(tables.quarantine.c.number == number))

    def give_up(self, discarded: DiscardedFile) -> None:
        """Forget one file that a person removed, and keep who did and why; see the port."""
        row = {column.name: getattr(discarded, column.name) for column in quarantine_discard.c}
        with writing(self._engine) as connection:
            gone = connection.execute(delete(tables.quarantine).where(tables.quarantine.c.number == discarded.number))
            if gone.rowcount:  # else somebody was faster, and has said why
                connection.execute(insert(quarantine_discard).values(row))

    def discarded(self, *, limit: int = 100) -> Sequence[DiscardedFile]:
        """Return what persons removed with a reason, the latest first."""
        newest = quarantine_discard.c.discarded_at.desc(), quarantine_discard.c.number.desc()
        with looking(self._engine) as connection:
            rows = connection.execute(select(quarantine_discard).order_by(*newest).limit(limit)).mappings()
            return [DiscardedFile(**row) for row in rows]

    def unrecorded(self, paths: Collection[Path]) -> frozenset[Path]:
        """Return those of some files that no image and no planned removal accounts for; see the port."""
        uids = {path.name.rsplit(".", 2)[0] for path in paths}
        named = {relative_to_data(path, self._data): path for path in paths}
        images = select(tables.instance.c.path).where(tables.instance.c.sop_instance_uid.in_(uids))
        planned = select(removal.c.path).where(removal.c.path.in_(list(named)))
        with looking(self._engine) as connection:
            known = {*connection.execute(images).scalars(), *connection.execute(planned).scalars()}
        return frozenset(path for name, path in named.items() if name not in known)

    def unlisted(self, paths: Collection[Path]) -> frozenset[Path]:
        """Return those of some files in quarantine that have no row."""
        named = {relative_to_data(path, self._data): path for path in paths}
        rows = select(tables.quarantine.c.path).where(tables.quarantine.c.path.in_(list(named)))
        planned = select(removal.c.path).where(removal.c.path.in_(list(named)))
        with looking(self._engine) as connection:
            known = {*connection.execute(rows).scalars(), *connection.execute(planned).scalars()}
        return frozenset(path for name, path in named.items() if name not in known)

    def undecoded(self, *, limit: int = 100) -> Sequence[UndecodedImage]:
        """Return the images that the last reading could not decode, the newest first."""
        images, readings = tables.instance.c, tables.reading.c
        later = aliased(tables.reading).c
        read_again = exists().where(later.sha256 == readings.sha256, later.read_at > readings.read_at)
        query = (
            select(
                images.sop_instance_uid,
                images.study_instance_uid,
                images.calling_ae_title,
                images.received_at,
                readings.reason_code,
            )
            .join_from(tables.instance, tables.reading, images.sha256 == readings.sha256)
            .where(readings.reason_code.in_(NOT_DECODED), images.purged_at.is_(None), ~read_again)
            .order_by(images.received_at.desc())
            .limit(limit)
        )
        with looking(self._engine) as connection:
            return [UndecodedImage(*row) for row in connection.execute(query)]

    def _file(self, row: Any) -> QuarantinedFile:
        return QuarantinedFile(**{**row, "path": self._data / row["path"]})
