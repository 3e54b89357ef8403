"""Earlier studies of a patient at an archive, by C-FIND: matched on the ID and on who issued it, never on a name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset

from dicom_node.deliver.c_find_scu import Level
from domain.errors import InputError

Find = Callable[[Level, Mapping[str, str]], list[Dataset]]
#: Wildcards and the separator of values (PS3.4 C.2.2.2.4): an ID with one of them would find other patients.
_SPECIAL: Final = frozenset("*?\\")
_RETURNED: Final = (
    "StudyInstanceUID",
    "StudyDate",
    "ModalitiesInStudy",
    "StudyDescription",
    "NumberOfStudyRelatedInstances",
)


@dataclass(frozen=True, slots=True)
class PriorStudy:
    """A study as an archive lists it; text is empty where it does not say."""

    study_instance_uid: str
    study_date: str
    modalities: str
    description: str
    instances: str


@dataclass(frozen=True, slots=True)
class Priors:
    """What an archive has of a patient.

    Attributes:
        other_issuer: studies left out: of the same ID, but of another issuer, or of one that is not stated on one side.
    """

    studies: tuple[PriorStudy, ...]
    other_issuer: int


def find_priors(find: Find, *, patient_id: str, issuer: str, study_instance_uid: str) -> Priors:
    """Return the other studies of a patient, the latest first.

    Args:
        issuer: Issuer of Patient ID (0010,0021) of our study; empty where it does not say.
        study_instance_uid: our study, which is left out.

    Raises:
        InputError: the ID cannot be asked for without finding other patients too.
        NotAnswered: the archive did not answer.
    """
    if not patient_id or _SPECIAL & set(patient_id):
        raise InputError(
            "the Patient ID of this study is empty or holds a wildcard: its earlier studies cannot be told",
            subject=study_instance_uid,
        )
    keys = {"PatientID": patient_id, "IssuerOfPatientID": ""} | dict.fromkeys(_RETURNED, "")
    answers = [ds for ds in find("STUDY", keys) if _text(ds, "PatientID") == patient_id]
    same = [ds for ds in answers if _text(ds, "IssuerOfPatientID") == issuer]
    found = {study.study_instance_uid: study for study in map(_prior, same)}
    found.pop(study_instance_uid, None)
    found.pop("", None)
    latest_first = sorted(found.values(), key=lambda each: (each.study_date, each.study_instance_uid), reverse=True)
    return Priors(tuple(latest_first), len(answers) - len(same))


def _prior(ds: Dataset) -> PriorStudy:
    uid, date, modalities, description, instances = (_text(ds, keyword) for keyword in _RETURNED)
    return PriorStudy(uid, date, modalities, description, instances)


def _text(ds: Dataset, keyword: str) -> str:
    value = ds.get(keyword)
    if value is None:
        return ""
    values = value if not isinstance(value, str) and hasattr(value, "__iter__") else [value]
    return " ".join(str(each).strip(" \0") for each in values)
