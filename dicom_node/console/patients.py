"""Whose study it is, out of the header of an image: only where a visitor may see patients."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pydicom
from pydicom import Dataset
from pydicom.errors import InvalidDicomError

_DAMAGE: Final = (OSError, InvalidDicomError, AttributeError, EOFError, ValueError, TypeError, KeyError)
_WANTED: Final = [
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDescription",
    "SpecificCharacterSet",
]


@dataclass(frozen=True, slots=True)
class Patient:
    """What a header says; empty where it says nothing."""

    name: str = field(repr=False)
    patient_id: str = field(repr=False)
    birth_date: str = field(repr=False)
    sex: str
    study_description: str


def read_patient(path: Path) -> Patient | None:
    """Return whose image a file is, None where it cannot be read."""
    try:
        ds = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(_WANTED))
        return Patient(
            name=str(ds.get("PatientName", "")).replace("^", " ").strip(),
            patient_id=_text(ds, "PatientID"),
            birth_date=_write_date(_text(ds, "PatientBirthDate")),
            sex=_text(ds, "PatientSex"),
            study_description=_text(ds, "StudyDescription"),
        )
    except _DAMAGE:
        return None


def _text(ds: Dataset, keyword: str) -> str:
    return str(ds.get(keyword, "") or "").strip()


def _write_date(text: str) -> str:
    """Return a date (VR DA) as YYYY-MM-DD; what is none stays as it is."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdecimal() else text
