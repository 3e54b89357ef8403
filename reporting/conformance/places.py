"""Coordinates against their images: every place lies on its image, and every box is around its own finding.

Coordinates count from the outer corner of the first pixel, 0 to Columns and 0 to Rows (PS3.3 C.18.6, C.10.5); the
corners of a displayed area are pixels and count from 1 (PS3.3 C.10.4).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from pydicom import Dataset

from domain.finding import Box
from reporting.conformance.marked_places import (
    WHOLE_IMAGE,
    MarkedPlace,
    Points,
    displayed_areas,
    places_of_presentation,
    places_of_report,
)
from reporting.statement import ImageStatement, StudyStatement

_Images = Mapping[str, ImageStatement]


def find_place_problems(ds: Dataset, statement: StudyStatement) -> list[str]:
    """Return what is wrong with the coordinates of a report or of a presentation state; nothing for other objects."""
    images = {image.reading.sop_instance_uid: image for image in statement.images}
    if ds.get("Modality") == "SR":
        problems = _check_places(list(places_of_report(ds)), images, statement.read)
    elif ds.get("Modality") == "PR":
        places = list(places_of_presentation(ds))
        shown = [images[uid] for uid in dict.fromkeys(each.sop_instance_uid for each in places) if uid in images]
        problems = [*_check_places(places, images, shown), *_check_areas(ds, images)]
    else:
        problems = []
    return list(dict.fromkeys(problems))


def _check_places(places: Sequence[MarkedPlace], images: _Images, marked: Sequence[ImageStatement]) -> list[str]:
    """Each place by itself, and whether each finding of the images `marked` has its place once."""
    problems = [problem for place in places for problem in _check_place(place, images)]
    counts = Counter(place.tracking_uid for place in places if place.tracking_uid)
    findings = {finding.tracking_uid for image in marked for finding in image.findings}
    if any(counts[uid] != 1 for uid in findings) or counts.keys() - findings:
        problems.append("a finding is not marked once")
    return problems


def _check_place(place: MarkedPlace, images: _Images) -> Iterator[str]:
    image = images.get(place.sop_instance_uid)
    if image is None:
        yield f"{place.keyword} is on no image of the study"
        return
    size = _size(image) if place.units == "PIXEL" else (1.0, 1.0)
    if place.keyword == WHOLE_IMAGE and not _goes_to_corners(place.points, size):
        yield f"{place.keyword} is not the whole image"
    if not _lies_within(place.points, 0.0, size):
        yield f"{place.keyword} is outside its image"
    boxes = [finding.box for finding in image.findings if finding.tracking_uid == place.tracking_uid]
    if place.tracking_uid and not any(_goes_around(place.points, box) for box in boxes):
        yield f"{place.keyword} is not the box of its finding"


def _size(image: ImageStatement) -> tuple[float, float]:
    columns, rows = image.source.extent_px
    return float(columns), float(rows)


def _lies_within(points: Points, first: float, size: tuple[float, float]) -> bool:
    return bool(np.all((points >= first) & (points <= np.asarray(size, np.float32))))


def _goes_to_corners(points: Points, size: tuple[float, float]) -> bool:
    return sorted(map(tuple, points.tolist())) == sorted((x, y) for x in (0.0, size[0]) for y in (0.0, size[1]))


def _goes_around(points: Points, box: Box) -> bool:
    """Whether a line goes from corner to corner of a box, once around and back to where it began."""
    left, top, right, bottom = np.asarray(box.corners, np.float32)
    corners = {(x, y) for x in (left, right) for y in (top, bottom)}
    passed = [(x, y) for x, y in points]
    sides = np.diff(points, axis=0)
    straight = bool(np.all((sides == 0).sum(axis=1) == 1))
    return len(passed) == 5 and passed[0] == passed[-1] and set(passed) == corners and straight


def _check_areas(ds: Dataset, images: _Images) -> Iterator[str]:
    """A displayed area shows the whole image: what it left out, nobody would see."""
    for area in displayed_areas(ds):
        image = images.get(area.sop_instance_uid)
        whole = np.asarray([(1.0, 1.0), _size(image)] if image else [], np.float32)
        if not np.array_equal(area.points, whole):
            yield f"{area.keyword} is not the whole image"
