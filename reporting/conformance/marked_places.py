"""The places that a finished document marks, read back from it: regions of a report, graphics and text of an overlay.

Nothing here trusts what wrote them: coordinates come as they stand, with the image that each is said to lie on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

Points = NDArray[np.float32]

_TRACKING_UID = "112040"
#: The keyword of an SCOORD that a number was inferred from.
WHOLE_IMAGE = "SCOORD of a number"
#: Corners of a text's box, and the point that it is about, by the keyword of their units (PS3.3 C.10.5).
_TEXT_PLACES = {
    "BoundingBoxAnnotationUnits": ("BoundingBoxTopLeftHandCorner", "BoundingBoxBottomRightHandCorner"),
    "AnchorPointAnnotationUnits": ("AnchorPoint",),
}


@dataclass(frozen=True, slots=True, eq=False)
class MarkedPlace:
    """Points on one image.

    Attributes:
        keyword: of the element that holds them.
        points: (n, 2) float32 of (column, row), as they stand; not a number where they are no pairs.
        units: PIXEL, or DISPLAY for fractions of the displayed area.
        tracking_uid: of the finding that a polyline goes around, empty for text.
    """

    keyword: str
    points: Points
    units: str
    sop_instance_uid: str
    tracking_uid: str = ""


def places_of_report(item: Dataset, tracking_uid: str = "") -> Iterator[MarkedPlace]:
    """Yield every SCOORD below an item: a region with the Tracking Unique Identifier of its group.

    What a number was inferred from is a WHOLE_IMAGE and marks no finding.
    """
    if item.get("ValueType") == "NUM":
        yield from (replace(place, keyword=WHOLE_IMAGE) for place in _scoords(item, ""))
        return
    children: Sequence[Dataset] = item.get("ContentSequence") or ()
    for child in children:
        if child.get("ValueType") == "UIDREF" and _concept(child) == _TRACKING_UID:
            tracking_uid = str(child.get("UID", ""))
    yield from _scoords(item, tracking_uid)
    for child in children:
        yield from places_of_report(child, tracking_uid)


def _scoords(item: Dataset, tracking_uid: str) -> Iterator[MarkedPlace]:
    for child in item.get("ContentSequence") or ():
        if child.get("ValueType") == "SCOORD":
            yield MarkedPlace("SCOORD", _points(child, "GraphicData"), "PIXEL", _selected_from(child), tracking_uid)


def places_of_presentation(ds: Dataset) -> Iterator[MarkedPlace]:
    """Yield every graphic and every text of a presentation state, once for each image that it is for."""
    for annotation in ds.get("GraphicAnnotationSequence") or ():
        for uid in _images_of(annotation, ds):
            for graphic in annotation.get("GraphicObjectSequence") or ():
                units, tracking_uid = str(graphic.get("GraphicAnnotationUnits")), str(graphic.get("TrackingUID", ""))
                yield MarkedPlace("GraphicData", _points(graphic, "GraphicData"), units, uid, tracking_uid)
            for text in annotation.get("TextObjectSequence") or ():
                yield from _places_of_text(text, uid)


def displayed_areas(ds: Dataset) -> Iterator[MarkedPlace]:
    """Yield the corners of each displayed area, once for each image; they count from 1 (PS3.3 C.10.4)."""
    for area in ds.get("DisplayedAreaSelectionSequence") or ():
        corners = [_points(area, f"DisplayedArea{name}HandCorner") for name in ("TopLeft", "BottomRight")]
        for uid in _images_of(area, ds):
            yield MarkedPlace("DisplayedArea", np.concatenate(corners), "PIXEL", uid)


def _places_of_text(text: Dataset, uid: str) -> Iterator[MarkedPlace]:
    for units, keywords in _TEXT_PLACES.items():
        for keyword in keywords if units in text else ():
            yield MarkedPlace(keyword, _points(text, keyword), str(text[units].value), uid)


def _images_of(item: Dataset, ds: Dataset) -> list[str]:
    """The images that an item of a presentation state is for: those it names, else all of the state's."""
    series: Sequence[Dataset] = ds.get("ReferencedSeriesSequence") or ()
    references = item.get("ReferencedImageSequence") or [
        each for one in series for each in one.get("ReferencedImageSequence") or ()
    ]
    return [str(each.get("ReferencedSOPInstanceUID", "")) for each in references]


def _selected_from(item: Dataset) -> str:
    children: Sequence[Dataset] = item.get("ContentSequence") or ()
    references = [each for child in children for each in child.get("ReferencedSOPSequence") or ()]
    return str(references[0].get("ReferencedSOPInstanceUID", "")) if len(references) == 1 else ""


def _concept(item: Dataset) -> str:
    return next((str(each.get("CodeValue", "")) for each in item.get("ConceptNameCodeSequence") or ()), "")


def _points(item: Dataset, keyword: str) -> Points:
    value = item.get(keyword)
    numbers = np.asarray([] if value is None else list(value), np.float32)
    return numbers.reshape(-1, 2) if numbers.size and numbers.size % 2 == 0 else np.full((1, 2), np.nan, np.float32)
