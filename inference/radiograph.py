"""A DICOM image as a radiologist would see it first: upright as stored, windowed, bone bright.

Nothing is rotated or mirrored here: a display pixel is the stored pixel of the same row and column.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from domain.errors import MalformedInstance, UnsupportedInstance
from domain.finding import Reason
from inference.decode import decode, is_cut
from inference.eligibility import why_not
from inference.grey_image import GreyImage, Stored
from inference.grey_levels import FlatImage, Windowing, grey_levels
from inference.header import DAMAGE, Header, quietly, read_header
from inference.reasons import REASONS

#: A pixel is coloured when its channels are this far apart, of 255; a picture, when this share of its pixels are. The
#: tint of a scanned film stays below both.
COLOURED_FROM, COLOURED_SHARE = 64, 0.10
#: Luminance of RGB (ITU-R BT.601, as PS3.3 C.7.6.3.1.2 uses it for YBR_FULL), in 1/65536.
_LUMINANCE = np.array([19595, 38470, 7471], dtype=np.uint32)


class Ineligible(UnsupportedInstance):
    """The models may not or cannot read an image; `reason` says why."""

    def __init__(self, reason: Reason, *, subject: str = "") -> None:
        super().__init__(reason.text, subject=subject)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Radiograph:
    """A radiograph ready to be read.

    Attributes:
        image: what is displayed, bone bright, pixel for pixel the stored image.
        header: the facts that the header states.
        windowing: what decided the contrast.
    """

    image: GreyImage
    header: Header
    windowing: Windowing

    @property
    def display(self) -> npt.NDArray[np.float32]:
        """(rows, columns) float32 in 0..1, bone bright; made each time it is asked for."""
        return self.image.pixels()


def open_instance(path: Path) -> Dataset:
    """Read a Part 10 file, pixel data included but not decoded.

    Raises:
        MalformedInstance: it is no Part 10 file, or breaks off within the header.
    """
    try:
        with quietly():
            return dcmread(path)
    except (InvalidDicomError, *DAMAGE) as error:
        raise MalformedInstance("the file is not a DICOM file that can be read") from error


def develop(ds: Dataset, header: Header | None = None) -> Radiograph:
    """Decode and window an image that the models may read.

    Raises:
        Ineligible: the models may not read it, or its pixel data cannot be decoded; with the coded reason.
    """
    with quietly():
        header = header or read_header(ds)
        reason = why_not(header)
        if reason is not None:
            raise Ineligible(reason, subject=header.sop_instance_uid)
        stored = _decode(ds, header)
        return Radiograph(*_display(ds, header, stored))


def _decode(ds: Dataset, header: Header) -> Stored:
    if is_cut(ds, header):
        raise Ineligible(REASONS["pixel-data-truncated"], subject=header.sop_instance_uid)
    try:
        return decode(ds, header)
    except DAMAGE as error:
        raise Ineligible(REASONS["pixel-data-not-decodable"], subject=header.sop_instance_uid) from error


def _display(ds: Dataset, header: Header, stored: Stored) -> tuple[GreyImage, Header, Windowing]:
    if stored.ndim == 3:
        if _is_colourful(stored):
            raise Ineligible(REASONS["colour-picture"], subject=header.sop_instance_uid)
        return _luminance(stored), header, Windowing.WINDOW
    try:
        levels = grey_levels(ds, header, stored)
    except FlatImage as error:
        raise Ineligible(REASONS["image-without-contrast"], subject=header.sop_instance_uid) from error
    return GreyImage(stored, levels.table), header, levels.windowing


def _is_colourful(colour: Stored) -> bool:
    """Return whether more of an image is coloured than the marks and letters on a captured radiograph."""
    # Every fourth pixel of a large capture tells as well.
    step = 4 if colour.size > 3_000_000 else 1
    seen = colour[::step, ::step].astype(np.int16)
    chroma = seen.max(axis=-1) - seen.min(axis=-1)
    return bool((chroma > COLOURED_FROM).mean() > COLOURED_SHARE)


def _luminance(colour: Stored) -> GreyImage:
    # In integers, so that a grey pixel keeps its value exactly.
    grey = (colour.astype(np.uint32) @ _LUMINANCE + 32768) >> 16
    return GreyImage(grey.astype(np.uint8), np.arange(256, dtype=np.float32) / np.float32(255))
