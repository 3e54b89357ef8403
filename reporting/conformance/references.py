"""What a DICOM object refers to: images of its own study alone, each in the series that it really has."""

from collections.abc import Iterator

from pydicom import Dataset

from reporting import codes
from reporting.captures.secondary_capture import slot_of_capture
from reporting.statement import StudyStatement

#: Sequences of studies, each with its series, that lead to other objects.
_STUDIES = ("CurrentRequestedProcedureEvidenceSequence", "PredecessorDocumentsSequence", "IdenticalDocumentsSequence")
#: What a picture, or a document of pages, is made from.
_SOURCES = ("SourceImageSequence", "SourceInstanceSequence")
_ITEMS = ("ReferencedSOPSequence", "ReferencedImageSequence")


def referenced_instances(ds: Dataset) -> set[str]:
    """Return the images that an object is made from or drawn over; none for a report on the study."""
    sources = [item for keyword in _SOURCES for item in ds.get(keyword) or ()]
    direct = [*sources, *(item for _, item in _series_items(ds))]
    return {str(item.get("ReferencedSOPInstanceUID", "")) for item in direct}


def find_foreign_references(ds: Dataset, statement: StudyStatement) -> list[str]:
    """Return one sentence per reference that leads out of the study, or to an image in a series that it has not."""
    series_of = {image.reading.sop_instance_uid: image.source.text("SeriesInstanceUID") for image in statement.images}
    studies = [study for keyword in _STUDIES for study in ds.get(keyword) or ()]
    wrong = referenced_instances(ds) - series_of.keys()
    content = set(_content_references(ds))
    wrong |= content - _evidence(ds)
    if ds.get("Modality") == "SR":
        wrong |= content - series_of.keys()
    if _is_selection(ds):
        wrong |= content - series_of.keys() - _captures(statement)
    if any(str(study.get("StudyInstanceUID", "")) != statement.study_instance_uid for study in studies):
        wrong.add("another study")
    if "PertinentOtherEvidenceSequence" in ds:
        wrong.add("evidence outside the study")
    for series, item in (found for each in (ds, *studies) for found in _series_items(each)):
        uid = str(item.get("ReferencedSOPInstanceUID", ""))
        if series_of.get(uid, series) != series:
            wrong.add(f"{uid} in another series")
    return [f"refers to {name}" for name in sorted(wrong)]


def _is_selection(ds: Dataset) -> bool:
    """Whether an object says what to look at first; under another title it may name anything of the study."""
    titles = ds.get("ConceptNameCodeSequence") or ()
    return ds.get("Modality") == "KO" and [each.get("CodeValue") for each in titles] == [codes.OF_INTEREST.value]


def _captures(statement: StudyStatement) -> set[str]:
    """The captures of this version, which a selection may name beside their images."""
    return {slot_of_capture(statement, image).sop_instance_uid(statement) for image in statement.images}


def _series_items(item: Dataset) -> Iterator[tuple[str, Dataset]]:
    """Yield each reference with the series that it is said to be in."""
    for series in item.get("ReferencedSeriesSequence") or ():
        for keyword in _ITEMS:
            for reference in series.get(keyword) or ():
                yield str(series.get("SeriesInstanceUID", "")), reference


def _evidence(ds: Dataset) -> set[str]:
    """What the document says that it is based on; whatever its content names must be there."""
    studies = ds.get(_STUDIES[0]) or ()
    return {str(item.get("ReferencedSOPInstanceUID", "")) for study in studies for _, item in _series_items(study)}


def _content_references(item: Dataset) -> Iterator[str]:
    """Yield what the content items refer to."""
    for reference in item.get("ReferencedSOPSequence") or ():
        yield str(reference.get("ReferencedSOPInstanceUID", ""))
    for child in item.get("ContentSequence") or ():
        yield from _content_references(child)
