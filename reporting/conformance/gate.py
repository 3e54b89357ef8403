"""A document that fails here never leaves: what was written is read back from its bytes and checked.

DICOM: one study, the patient as the source names it, the types of PS3.3, the templates of PS3.16, every place on its
image, the side of every image, text that the character set can carry.
HL7: parsed and validated by hl7apy, and the rules that it does not look at.
"""

from collections.abc import Sequence
from io import BytesIO

import pydicom
from pydicom import Dataset

from domain.document import HL7_KINDS, Document
from domain.errors import DocumentError
from reporting.conformance.hl7 import find_hl7_problems
from reporting.conformance.marked_places import WHOLE_IMAGE, places_of_report
from reporting.conformance.pdf import find_pdf_problems
from reporting.conformance.places import find_place_problems
from reporting.conformance.references import find_foreign_references, referenced_instances
from reporting.conformance.sides import find_side_problems
from reporting.conformance.template import find_template_problems
from reporting.conformance.text import find_lost_text
from reporting.conformance.types import find_missing
from reporting.source import TYPE_2, Source
from reporting.statement import StudyStatement

_IDENTITY = (*TYPE_2, "SpecificCharacterSet")


def check_set(documents: Sequence[Document], statement: StudyStatement) -> None:
    """Raise DocumentError when documents that leave together are not of one study and version, each once."""
    for document in documents:
        if document.study_instance_uid != statement.study_instance_uid:
            raise DocumentError("the document names another study", subject=document.identifier)
        if document.version != statement.study.version:
            raise DocumentError("the document is of another version", subject=document.identifier)
    if len({document.identifier for document in documents}) != len(documents):
        raise DocumentError("two documents have one identifier", subject=statement.study_instance_uid)


def check(document: Document, statement: StudyStatement) -> None:
    """Raise DocumentError, naming every problem without patient data, when a document must not leave."""
    check_set([document], statement)
    find = find_hl7_problems if document.kind in HL7_KINDS else find_dicom_problems
    problems = find(document, statement)
    if problems:
        raise DocumentError(f"{document.kind.value}: {'; '.join(problems)}", subject=document.identifier)


def find_dicom_problems(document: Document, statement: StudyStatement) -> list[str]:
    """Return what is wrong with a DICOM object, as keywords and UIDs."""
    ds = pydicom.dcmread(BytesIO(document.content), stop_before_pixels=True)
    return [
        *_compare_identity(ds, document, statement),
        *find_foreign_references(ds, statement),
        *find_missing(ds),
        *find_lost_text(ds),
        *find_template_problems(ds),
        *find_place_problems(ds, statement),
        *find_side_problems(ds, statement),
        *_check_pixels(ds, document),
        *find_pdf_problems(ds, statement),
        *_check_tier(ds, statement),
    ]


def _compare_identity(ds: Dataset, document: Document, statement: StudyStatement) -> list[str]:
    """Class, UIDs, and patient and study exactly as in the source image."""
    expected = {
        "SOPClassUID": document.sop_class_uid,
        "SOPInstanceUID": document.identifier,
        "StudyInstanceUID": statement.study_instance_uid,
    }
    wrong = [keyword for keyword, value in expected.items() if str(ds.get(keyword, "")) != value]
    if str(ds.file_meta.MediaStorageSOPInstanceUID) != document.identifier:
        wrong.append("MediaStorageSOPInstanceUID")
    source = _find_source(ds, statement).header
    wrong += [keyword for keyword in _IDENTITY if _value(ds, keyword) != _value(source, keyword)]
    return [f"{keyword} is not the source's" for keyword in wrong]


def _find_source(ds: Dataset, statement: StudyStatement) -> Source:
    """The image an object speaks of; the first one for a report on the study."""
    references = referenced_instances(ds)
    for image in statement.images:
        if image.reading.sop_instance_uid in references:
            return image.source
    return statement.images[0].source


def _value(ds: Dataset, keyword: str) -> str:
    """A value for comparison; absent and empty are the same (Type 2)."""
    value = ds.get(keyword)
    return "" if value is None else str(value)


#: Graphic Data (0070,0022): of an SCOORD in a report, of an outline in a presentation state.
_GRAPHIC_DATA = 0x00700022


def _check_tier(ds: Dataset, statement: StudyStatement) -> list[str]:
    """No place stands in a document of a tier that states none; a whole image is no place."""
    marked = sum(element.tag == _GRAPHIC_DATA for element in ds.iterall())
    whole = sum(place.keyword == WHOLE_IMAGE for place in places_of_report(ds))
    if statement.study.tier.states_places or marked == whole:
        return []
    return [f"GraphicData in a document of tier {statement.study.tier.value}"]


def _check_pixels(ds: Dataset, document: Document) -> list[str]:
    """The pixel data of a capture ends the file and is as long as its rows and columns say."""
    if "Rows" not in ds:
        return []
    length = int(ds.Rows) * int(ds.Columns) * int(ds.SamplesPerPixel)
    padded = length + length % 2
    header = document.content[-padded - 12 : -padded]
    # (7FE0,0010) OB or OW, two reserved bytes, length: PS3.5 7.1.2.
    tagged = header[:4] == b"\xe0\x7f\x10\x00" and header[4:6] in (b"OB", b"OW")
    return (
        [] if tagged and int.from_bytes(header[8:12], "little") == padded else ["PixelData is not of its stated size"]
    )
