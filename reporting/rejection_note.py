"""The rejection note: a key object selection whose title tells an archive to hide what it names.

IHE RAD TF-3 4.66 (Imaging Object Change Management), PS3.16 TID 2010 with titles of CID 7010. It names objects of this
product alone, never an image that came from elsewhere.
"""

from dataclasses import dataclass

from pydicom import Dataset

from domain.document import Document, DocumentKind
from domain.uid import derive_uid
from reporting import codes, wording
from reporting.context import Predecessor
from reporting.instance import Slot
from reporting.key_object_selection import write_selection
from reporting.source import TYPE_2
from reporting.statement import StudyStatement

_SERIES = "REJECTION"


@dataclass(frozen=True, slots=True)
class Rejection:
    """What one destination is to hide, and why.

    Attributes:
        references: the objects, all of one study; at least one.
        for_safety: (113037, DCM, Rejected for Patient Safety Reasons), which every archive hides; else (113001, DCM,
            Rejected for Quality Reasons), which many still show to some.
    """

    destination: str
    references: tuple[Predecessor, ...]
    for_safety: bool

    def __post_init__(self) -> None:
        if not self.references:
            raise ValueError("a rejection note names at least one object")


def name_note(study_instance_uid: str, version: int, model_set: str, destination: str) -> str:
    """Return the SOP Instance UID of the note that follows a version at a destination."""
    return derive_uid(study_instance_uid, str(version), model_set, DocumentKind.REJECTION_NOTE.value, destination)


def write_rejection_note(statement: StudyStatement, rejection: Rejection) -> Document:
    """Return the note that goes to one destination with the version that supersedes what it names."""
    slot = Slot(DocumentKind.REJECTION_NOTE, _SERIES, rejection.destination, number=1)
    images_first = sorted(rejection.references, key=lambda reference: not reference.is_image)  # rows of TID 2010
    selected = [_stand_in(statement, reference) for reference in images_first]
    title = codes.REJECTED_FOR_SAFETY if rejection.for_safety else codes.REJECTED_FOR_QUALITY
    study = statement.study
    description = wording.describe_rejection(study.version, study.replaces, retracts=study.retraction is not None)
    return write_selection(statement, slot, title, selected, description)


def _stand_in(statement: StudyStatement, reference: Predecessor) -> Dataset:
    """What a document must know of an object that it refers to; one with rows and columns is an image."""
    ds = Dataset()
    for keyword in TYPE_2:
        setattr(ds, keyword, "")
    ds.StudyInstanceUID = statement.study_instance_uid
    ds.SeriesInstanceUID = reference.series_instance_uid
    ds.SOPClassUID, ds.SOPInstanceUID = reference.sop_class_uid, reference.sop_instance_uid
    if reference.is_image:
        ds.Rows = ds.Columns = 1
    return ds
