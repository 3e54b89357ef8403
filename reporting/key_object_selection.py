"""The key object selection: which images of a study to look at first. PS3.3 A.35.4, PS3.16 TID 2010. Off by default.

It names the images with a suspected or doubtful fracture, and the captures of them where the site wants that. Its title
is Of Interest: those that a radiologist uses for a report or a referrer are a person's to give.
"""

import copy
from collections.abc import Iterator, Sequence

from highdicom import ko
from pydicom import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import SecondaryCaptureImageStorage

from domain.document import Document, DocumentKind
from reporting import codes, equipment, wording
from reporting.captures.secondary_capture import slot_of_capture
from reporting.instance import Slot, finish, write
from reporting.statement import ImageStatement, StudyStatement


def why_withheld(statement: StudyStatement) -> str:
    """Return why a study has no selection, empty where it has one: an empty selection would say that it was made."""
    return "" if _select(statement) else "no image with a suspected or doubtful fracture"


def write_key_object_selection(statement: StudyStatement) -> Document:
    """Return the selection of a study that has an image to select."""
    slot = Slot(DocumentKind.KEY_OBJECT_SELECTION, "KO", "", 1)
    return write_selection(statement, slot, codes.OF_INTEREST, list(_list_objects(statement)), _describe(statement))


def write_selection(
    statement: StudyStatement, slot: Slot, title: Code, selected: Sequence[Dataset], description: str
) -> Document:
    """Return a key object selection with a title of CID 7010.

    Args:
        selected: what must be known of each object to refer to it; one with rows and columns is an image.
    """
    content = ko.KeyObjectSelection(
        title,
        selected,
        observer_device_context=equipment.observe_device(statement.study),
        description=description,
    )
    ds = ko.KeyObjectSelectionDocument(selected, content, **slot.arguments(statement))
    ds.ContinuityOfContent = "SEPARATE"
    for item in ds.ContentSequence:
        if item.ValueType in ("IMAGE", "COMPOSITE"):  # TID 2010 has no name for what is selected
            del item.ConceptNameCodeSequence
    finish(ds, statement, statement.images[0].source)
    return write(ds, slot, statement)


def _select(statement: StudyStatement) -> list[ImageStatement]:
    return [image for image in statement.read if image.suspicious]


def _describe(statement: StudyStatement) -> str:
    """What was selected and by whom, in words: the lines that the other documents have of these images."""
    lines = (f"{image.line}." for image in _select(statement))
    return "\n".join((f"{wording.NOT_A_DIAGNOSIS}.", wording.KEY_OBJECTS, *lines, wording.REVIEW))


def _list_objects(statement: StudyStatement) -> Iterator[Dataset]:
    """Yield the images, and after each its capture where the site wants it."""
    for image in _select(statement):
        yield image.source.skeleton
        if statement.study.reporting.key_object_captures:
            yield _stand_in(statement, image)


def _stand_in(statement: StudyStatement, image: ImageStatement) -> Dataset:
    """What must be known of a capture of ours to refer to it; its UIDs follow from the statement."""
    slot, ds = slot_of_capture(statement, image), copy.deepcopy(image.source.skeleton)
    ds.SOPClassUID = SecondaryCaptureImageStorage
    ds.SOPInstanceUID = slot.sop_instance_uid(statement)
    ds.SeriesInstanceUID = slot.series_instance_uid(statement)
    return ds
