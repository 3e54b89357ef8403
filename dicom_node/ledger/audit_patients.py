"""Whose study it is, for audit records (PS3.15 A.5.3 wants the patient): out of the header of its first image."""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, select

from dicom_node.ledger import tables
from dicom_node.ledger.database import looking
from domain.audit import AuditedPatient

#: A.5.2: an identifier is mandatory where a patient stands in a message; this one says that there was none to find.
_NO_IDENTIFIER: Final = "unknown"


class StudyPatients:
    """Finds the patient of a study; called as a function.

    Args:
        engine: the ledger's database; data: the node's data folder.
    """

    def __init__(self, engine: Engine, data: Path) -> None:
        self._engine, self._data = engine, data

    def __call__(self, study_instance_uid: str) -> AuditedPatient | None:
        """Return the patient, None where the ledger has no image of the study with a header that can be read."""
        columns = tables.instance.c
        query = select(columns.path).where(columns.study_instance_uid == study_instance_uid, columns.path != "")
        with looking(self._engine) as connection:
            path = connection.execute(query.order_by(columns.version, columns.sop_instance_uid).limit(1)).scalar()
        return None if path is None else read_patient(self._data / path)


def read_patient(path: Path) -> AuditedPatient | None:
    """Return the patient that a Part 10 file names, None where it cannot be read."""
    import pydicom  # what only records events without patients need not load it
    from pydicom.errors import InvalidDicomError

    try:
        ds = pydicom.dcmread(
            path, specific_tags=["PatientID", "PatientName", "SpecificCharacterSet"], stop_before_pixels=True
        )
        return AuditedPatient(str(ds.get("PatientID") or _NO_IDENTIFIER), str(ds.get("PatientName") or ""))
    except (OSError, InvalidDicomError, AttributeError, EOFError, ValueError, TypeError, KeyError, NotImplementedError):
        return None
