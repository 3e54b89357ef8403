"""A document that fails here never leaves: what was written is read back from its bytes and checked.

DICOM: one study, the patient as the source names it, the types of PS3.3, text that survives any character set.
HL7: parsed and validated by hl7apy, and the rules that it does not look at.
"""

from io import BytesIO

import pydicom
from pydicom import Dataset

from domain.document import HL7_KINDS, Document
from domain.errors import DocumentError
from reporting.character_set import can_carry
from reporting.conformance_hl7 import find_hl7_problems
from reporting.conformance_types import find_missing
from reporting.source import TYPE_2, Source
from reporting.statement import StudyStatement

_IDENTITY = (*TYPE_2, "SpecificCharacterSet")


def check(document: Document, statement: StudyStatement) -> None:
    """Raise DocumentError, naming every problem without patient data, when a document must not leave."""
    if document.study_instance_uid != statement.study_instance_uid:
        raise DocumentError("the document names another study", subject=document.identifier)
    find = find_hl7_problems if document.kind in HL7_KINDS else find_dicom_problems
    problems = find(document, statement)
    if problems:
        raise DocumentError(f"{document.kind.value}: {'; '.join(problems)}", subject=document.identifier)


def find_dicom_problems(document: Document, statement: StudyStatement) -> list[str]:
    """Return what is wrong with a DICOM object, as keywords and UIDs."""
    ds = pydicom.dcmread(BytesIO(document.content), stop_before_pixels=True)
    return [
        *_compare_identity(ds, document, statement),
        *_compare_references(ds, statement),
        *find_missing(ds),
        *_find_lost_text(ds, ds),
        *_check_pixels(ds, document),
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
    references = {str(item.ReferencedSOPInstanceUID) for item in _direct_references(ds)}
    for image in statement.images:
        if image.reading.sop_instance_uid in references:
            return image.source
    return statement.images[0].source


def _direct_references(ds: Dataset) -> list[Dataset]:
    series = ds.get("ReferencedSeriesSequence") or ()
    return [*(ds.get("SourceImageSequence") or ()), *(item for one in series for item in one.ReferencedImageSequence)]


def _value(ds: Dataset, keyword: str) -> str:
    """A value for comparison; absent and empty are the same (Type 2)."""
    value = ds.get(keyword)
    return "" if value is None else str(value)


def _compare_references(ds: Dataset, statement: StudyStatement) -> list[str]:
    """Every image that a document refers to is one of the study's."""
    images = {image.reading.sop_instance_uid for image in statement.images}
    wrong = {str(item.ReferencedSOPInstanceUID) for item in _direct_references(ds)} - images
    evidence = ds.get("CurrentRequestedProcedureEvidenceSequence") or ()
    if any(str(study.StudyInstanceUID) != statement.study_instance_uid for study in evidence):
        wrong.add("another study")
    if "PertinentOtherEvidenceSequence" in ds:
        wrong.add("evidence outside the study")
    return [f"refers to {name}" for name in sorted(wrong)]


#: Elements that may be in the language of the site.
_LOCAL_TEXT = ("TextValue",)
#: Elements that this product writes in words.
_OWN_TEXT = (
    "SeriesDescription",
    "Manufacturer",
    "ManufacturerModelName",
    "SoftwareVersions",
    "StationName",
    "CompletionFlagDescription",
    "ContentDescription",
    "DerivationDescription",
    "ImageComments",
    *_LOCAL_TEXT,
    "UnformattedTextValue",
    "CodeMeaning",
    "ContributionDescription",
)
_OWN_SEQUENCES = (
    "ContentSequence",
    "ConceptNameCodeSequence",
    "ConceptCodeSequence",
    "GraphicAnnotationSequence",
    "TextObjectSequence",
    "ContributingEquipmentSequence",
)


def _find_lost_text(ds: Dataset, document: Dataset) -> list[str]:
    """Text of ours that the document's character set (its source's) cannot carry would be lost without a word."""
    wrong = [
        f"{keyword} is not ASCII" for keyword in _OWN_TEXT if not _survives(keyword, _value(ds, keyword), document)
    ]
    for keyword in _OWN_SEQUENCES:
        for item in ds.get(keyword) or ():
            wrong += _find_lost_text(item, document)
    return list(dict.fromkeys(wrong))


def _survives(keyword: str, text: str, document: Dataset) -> bool:
    return text.isascii() or (keyword in _LOCAL_TEXT and can_carry(document, text))


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
