"""How many images of a study an archive holds that this node would take, by C-FIND."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset

from dicom_node.deliver.c_find_scu import Level, NotAnswered
from domain.completeness import Remark

Find = Callable[[Level, Mapping[str, str]], list[Dataset]]
#: Modalities of series without images: those that results and reports come in (PS3.3 C.7.3.1.1.1).
MODALITIES_WITHOUT_IMAGES: Final = frozenset({"SR", "PR", "KO", "DOC", "SEG", "REG", "AU", "PLAN", "RTSTRUCT", "ANN"})


@dataclass(frozen=True, slots=True)
class Taken:
    """Which of an archive's instances this node would take and read.

    Attributes:
        sop_class_uids: that it takes; an instance whose class the archive does not tell counts as well.
        own_results: returns those of some SOP Instance UIDs that are results of this node.
    """

    sop_class_uids: frozenset[str]
    own_results: Callable[[Collection[str]], Collection[str]]


@dataclass(frozen=True, slots=True)
class Held:
    """What an archive holds of a study; see knowledge_ports.SourceAnswer."""

    expected: int | None = None
    listed: frozenset[str] | None = None
    remark: Remark | None = None


def count_images(find: Find, study_instance_uid: str, arrived: Collection[str], taken: Taken) -> Held:
    """Ask for Number of Study Related Instances; where it is larger than what is here, for the images one by one.

    An archive counts reports and our own results as well, so a larger number alone means nothing.

    Raises:
        NotAnswered: the archive did not answer the first question.
    """
    keys = {"StudyInstanceUID": study_instance_uid, "NumberOfStudyRelatedInstances": ""}
    answers = [ds for ds in find("STUDY", keys) if _text(ds, "StudyInstanceUID") == study_instance_uid]
    if not answers:
        return Held(remark=Remark.SOURCE_WITHOUT_STUDY)
    number = _number(answers[0])
    if number is not None and number <= len(arrived):
        return Held(number)
    listed = _list_images(find, study_instance_uid, taken)
    if listed is not None:
        return Held(len(listed), listed)
    return Held(number, remark=Remark.SOURCE_WITHOUT_COUNT if number is None else None)


def _list_images(find: Find, study_instance_uid: str, taken: Taken) -> frozenset[str] | None:
    """Return the images of a study that this node would take; None where the archive does not list them."""
    study = {"StudyInstanceUID": study_instance_uid}
    try:
        series = find("SERIES", study | {"SeriesInstanceUID": "", "Modality": ""})
        uids = [
            _text(ds, "SeriesInstanceUID") for ds in series if _text(ds, "Modality") not in MODALITIES_WITHOUT_IMAGES
        ]
        wanted = {"SOPInstanceUID": "", "SOPClassUID": ""}
        images = [ds for uid in uids if uid for ds in find("IMAGE", study | {"SeriesInstanceUID": uid} | wanted)]
    except NotAnswered:
        return None
    classes = {_text(ds, "SOPInstanceUID"): _text(ds, "SOPClassUID") for ds in images}
    known = {uid for uid, sop_class in classes.items() if uid and (not sop_class or sop_class in taken.sop_class_uids)}
    found = known - set(taken.own_results(known))
    return frozenset(found) if series and classes else None


def _number(ds: Dataset) -> int | None:
    said = _text(ds, "NumberOfStudyRelatedInstances")
    return int(said) if said.isdecimal() and said.isascii() else None


def _text(ds: Dataset, keyword: str) -> str:
    value = ds.get(keyword)
    return "" if value is None else str(value).strip(" \0")
