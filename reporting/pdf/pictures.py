"""The pictures of the report: an image with its boxes, and its most suspicious place enlarged, as bounded JPEGs."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from domain.errors import DocumentError
from domain.evidence_map import EvidenceMap
from reporting import wording
from reporting.captures.canvas import Mark, Pixels
from reporting.captures.heat_picture import find_top, spread_evidence, tint_by_heat
from reporting.captures.secondary_capture import place_marks, reduce_picture
from reporting.pdf.pen import EncodedPicture, Outline
from reporting.statement import ImageStatement

#: Longest side of a picture in pixels, by how many images a report has at most: its size stays bounded.
_SIDES_PX: Final = ((4, 900), (12, 640), (40, 420))
_LEAST_SIDE_PX: Final = 280
_QUALITY: Final = 82
#: How much is shown around the enlarged place: a part of its longer side, and at least so many pixels.
_AROUND: Final = 0.35
_LEAST_AROUND_PX: Final = 12
_PLACE_SIDE_PX: Final = 420
#: Larger than any picture that is kept.
_WHOLE_PX: Final = 65536


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture with the boxes on it."""

    picture: EncodedPicture
    outlines: tuple[Outline, ...]


def choose_side_px(images: int) -> int:
    """Return the longest side of a picture of a study of so many images."""
    return next((side for most, side in _SIDES_PX if images <= most), _LEAST_SIDE_PX)


def open_picture(image: ImageStatement) -> Pixels | None:
    """Return the display picture with square pixels, as large as it is kept; None where there is none."""
    return reduce_picture(image, _WHOLE_PX, _WHOLE_PX)


def shrink(picture: Pixels, side_px: int) -> Pixels:
    """Return a picture whose longest side is within bounds."""
    scale = side_px / max(picture.shape)
    if scale >= 1.0:
        return picture
    shape = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.uint8)


def show_image(image: ImageStatement, picture: Pixels) -> Shown:
    """Return a picture of the whole image, with its boxes."""
    labels = [
        f"{number}: {wording.percent(finding.box.probability)}" for number, finding in enumerate(image.findings, 1)
    ]
    return Shown(encode(picture), _outline(place_marks(image, picture), labels, picture))


def show_heat(image: ImageStatement, evidence: EvidenceMap, picture: Pixels) -> Shown:
    """Return where a model looked, in colour over a picture of the whole image."""
    heat = spread_evidence(evidence, (image.reading.rows, image.reading.columns), picture.shape)
    return Shown(encode(tint_by_heat(picture, heat, find_top(heat))), ())


def show_place(image: ImageStatement, picture: Pixels) -> Shown | None:
    """Return the most suspicious place, cut out of a picture of the whole image; None where no place is marked."""
    marks = place_marks(image, picture)
    if not marks:
        return None
    left, top, right, bottom = _around(marks[0], picture)
    cut = picture[top:bottom, left:right]
    size = _PLACE_SIDE_PX / max(cut.shape)
    shape = (max(1, round(cut.shape[1] * size)), max(1, round(cut.shape[0] * size)))
    enlarged = cv2.resize(cut, shape, interpolation=cv2.INTER_CUBIC if size > 1 else cv2.INTER_AREA)
    outlines = _outline([marks[0].move(-left, -top)], [""], cut)
    return Shown(encode(np.asarray(enlarged, np.uint8)), outlines)


def _around(mark: Mark, picture: Pixels) -> tuple[int, int, int, int]:
    """What surrounds a box, as far as the picture reaches: left, top, right, bottom in pixels."""
    rows, columns = picture.shape
    margin = max(_AROUND * max(mark.right - mark.left, mark.bottom - mark.top), _LEAST_AROUND_PX)
    left, top = max(round(mark.left - margin), 0), max(round(mark.top - margin), 0)
    return left, top, min(round(mark.right + margin), columns), min(round(mark.bottom + margin), rows)


def _outline(marks: list[Mark], labels: list[str], picture: Pixels) -> tuple[Outline, ...]:
    rows, columns = picture.shape[:2]
    return tuple(
        Outline(
            left=mark.left / columns,
            top=mark.top / rows,
            right=mark.right / columns,
            bottom=mark.bottom / rows,
            label=label,
            colour=mark.colour,
            dashed=mark.dashed,
        )
        for mark, label in zip(marks, labels, strict=True)
    )


def encode(pixels: Pixels) -> EncodedPicture:
    """Return (r, c) grey or (r, c, 3) RGB pixels as a JPEG; the same pixels give the same bytes."""
    shown = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    done, jpeg = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise DocumentError("a picture of the report cannot be encoded")
    return EncodedPicture(jpeg.tobytes(), pixels.shape[1], pixels.shape[0])
