"""An erasure request: everything of one patient goes. The ledger has no patient data, so the files are asked."""

import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pydicom
from pydicom.errors import InvalidDicomError
from sqlalchemy import Engine, delete, insert, select, update

from dicom_node.ledger import removals, tables
from dicom_node.ledger.audit_content import read_patient_id
from dicom_node.ledger.audit_tables import audit
from dicom_node.ledger.database import looking, writing
from dicom_node.ledger.final_reports import ReportBook
from dicom_node.ledger.knowledge_tables import imaging_order
from dicom_node.ledger.retention_tables import erasure
from dicom_node.ports import Clock
from domain.order import digest_patient_id

_AT_ONCE: Final = 500
#: scrypt (RFC 7914): some 50 ms a guess, so that patient IDs cannot be tried one after the other.
_COST, _BLOCK_SIZE, _LANES = 1 << 14, 8, 1


class Erasing:
    """Finds what is a patient's, and records that it was erased."""

    def __init__(self, engine: Engine, data: Path, clock: Clock) -> None:
        self._engine, self._data, self._clock = engine, data.resolve(), clock

    def studies_of(self, patient_id: str) -> tuple[str, ...]:
        """Return the studies of a Patient ID (0010,0020), by the header of an image or of a document of each.

        One of which neither is left here cannot be told: what the ledger still says of it names no patient.
        """
        wanted = patient_id.strip()
        return tuple(uid for uid, paths in self._files() if _belongs(paths, wanted))

    def quarantined_of(self, patient_id: str) -> dict[int, str]:
        """Return the files that were put aside and are the patient's: number to path."""
        columns = tables.quarantine.c
        with looking(self._engine) as connection:
            rows = connection.execute(select(columns.number, columns.path)).all()
        return {row.number: row.path for row in rows if _belongs([self._data / row.path], patient_id.strip())}

    def erase_quarantined(self, numbers: dict[int, str]) -> None:
        """Remove files that were put aside."""
        with writing(self._engine) as connection:
            connection.execute(delete(tables.quarantine).where(tables.quarantine.c.number.in_(list(numbers))))
            removals.plan(connection, numbers.values())

    def erase_orders(self, patient_id: str) -> int:
        """Remove the orders of a patient; return how many. They hold a digest of the ID, and their own numbers."""
        digest = digest_patient_id(patient_id)
        with writing(self._engine) as connection:
            rows = connection.execute(select(imaging_order.c.key, imaging_order.c.content)).all()
            mine = [row.key for row in rows if digest in str(row.content)]
            connection.execute(delete(imaging_order).where(imaging_order.c.key.in_(mine)))
        return len(mine)

    def erase_reports(self, patient_id: str) -> int:
        """Remove the final reports of a patient; return how many. They hold a digest of the ID, and no text."""
        return ReportBook(self._engine, self._clock).erase_reports(patient_id)

    def erase_audited(self, patient_id: str) -> int:
        """Take a patient out of the audit trail; return of how many records. What they prove stays proven."""
        told = select(audit.c.number, audit.c.patient).where(audit.c.patient.is_not(None))
        with writing(self._engine) as connection:
            mine = [
                row.number for row in connection.execute(told) if read_patient_id(row.patient) == patient_id.strip()
            ]
            for number in mine:
                connection.execute(update(audit).where(audit.c.number == number).values(patient=None))
        return len(mine)

    def record(self, patient_id: str, *, studies: int, files: int) -> None:
        """Record an erasure, without the ID: `was_erased` answers for one that is known."""
        salt = secrets.token_hex(16)
        row = {"asked_at": self._clock.now(), "salt": salt, "digest": _digest(patient_id, salt)}
        with writing(self._engine) as connection:
            connection.execute(insert(erasure).values(row | {"studies": studies, "files": files}))

    def was_erased(self, patient_id: str) -> bool:
        """Return whether an erasure of this ID was recorded."""
        with looking(self._engine) as connection:
            rows = connection.execute(select(erasure.c.salt, erasure.c.digest)).all()
        return any(row.digest == _digest(patient_id, row.salt) for row in rows)

    def _files(self) -> Iterator[tuple[str, list[Path]]]:
        """Give each study with files that may name its patient."""
        last = ""
        while uids := self._studies_after(last):
            for uid in uids:
                yield uid, list(self._paths_of(uid))
            last = uids[-1]

    def _studies_after(self, last: str) -> list[str]:
        columns = tables.study.c
        query = select(columns.study_instance_uid).where(columns.study_instance_uid > last).distinct()
        with looking(self._engine) as connection:
            return list(connection.execute(query.order_by(columns.study_instance_uid).limit(_AT_ONCE)).scalars())

    def _paths_of(self, study_instance_uid: str) -> Iterator[Path]:
        with looking(self._engine) as connection:
            for table in (tables.instance, tables.document):
                query = select(table.c.path).where(table.c.study_instance_uid == study_instance_uid)
                for path in connection.execute(query).scalars():
                    if path.endswith(".dcm"):
                        yield self._data / path


def _belongs(paths: list[Path], patient_id: str) -> bool:
    """Return whether any of these objects is the patient's: the images of one study may contradict each other."""
    return any(_patient_id(path) == patient_id for path in paths)


def _patient_id(path: Path) -> str | None:
    try:
        ds = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["PatientID"])
        return str(ds.PatientID).strip()
    except (OSError, InvalidDicomError, AttributeError, EOFError, ValueError, TypeError, KeyError, NotImplementedError):
        return None


def _digest(patient_id: str, salt: str) -> str:
    secret = patient_id.strip().encode()
    return hashlib.scrypt(secret, salt=salt.encode(), n=_COST, r=_BLOCK_SIZE, p=_LANES).hex()
