"""The side of the body in a finished object against the headers of its images: never another one, never one made up."""

from collections.abc import Iterator, Mapping

from pydicom import Dataset

from reporting import codes
from reporting.conformance.references import referenced_instances
from reporting.statement import ImageStatement, StudyStatement

_Images = Mapping[str, ImageStatement]


def find_side_problems(ds: Dataset, statement: StudyStatement) -> list[str]:
    """Return a sentence where an object states another side than its images, or a report loses or invents one."""
    images = {image.reading.sop_instance_uid: image for image in statement.images}
    shown = [images[uid] for uid in referenced_instances(ds) if uid in images]
    sides = {image.source.side.value for image in shown or statement.images}
    stated = {str(ds.get(keyword) or "") for keyword in ("Laterality", "ImageLaterality")} - {""}
    problems = [] if not stated or stated == sides else ["Laterality is not the images'"]
    wrong = any(_is_wrong(group, images) for group in _groups(ds))
    return [*problems, "Finding Site has another side than its image"] if wrong else problems


def _groups(ds: Dataset) -> Iterator[Dataset]:
    """Yield every item of a report that has a site."""
    for child in ds.get("ContentSequence") or ():
        if child.get("ValueType") == "CONTAINER":
            yield child
            yield from _groups(child)


def _is_wrong(group: Dataset, images: _Images) -> bool:
    """Whether a group on images that were read states other sides than theirs; one on several states some of them."""
    sites = [child for child in group.get("ContentSequence") or () if _name(child) == codes.FINDING_SITE.value]
    if not sites:
        return False
    stated = {_value(child) for site in sites for child in site.get("ContentSequence") or ()}
    sides = {images[uid].laterality for uid in _images_of(group) if uid in images and images[uid].fracture}
    expected = {side.value for side in sides if side is not None}
    return stated != expected


def _images_of(group: Dataset) -> Iterator[str]:
    for child in group.get("ContentSequence") or ():
        for reference in child.get("ReferencedSOPSequence") or ():
            yield str(reference.get("ReferencedSOPInstanceUID", ""))
        if child.get("ValueType") == "SCOORD":
            yield from _images_of(child)


def _name(item: Dataset) -> str:
    return _code(item, "ConceptNameCodeSequence")


def _value(item: Dataset) -> str:
    return _code(item, "ConceptCodeSequence")


def _code(item: Dataset, keyword: str) -> str:
    return next((str(each.get("CodeValue", "")) for each in item.get(keyword) or ()), "")
