"""What the header of an image says, as plain values: the one place where attributes of a Dataset are read for rules.

Tolerant on purpose: whatever a modality writes, and whatever a hostile file holds, becomes a value or its absence.
"""

import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from pydicom import Dataset
from pydicom.config import disable_value_validation
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue

Value = TypeVar("Value", int, float, str)

#: What pydicom and the decoders raise for data that are damaged or hostile.
DAMAGE = (
    *(RuntimeError, ValueError, TypeError, AttributeError, OSError, LookupError, NotImplementedError, OverflowError),
    *(EOFError, struct.error, zlib.error, BytesLengthException),
)

#: The three places where pixels can be (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25).
PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")

_SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
#: The one of the detector does not depend on where the patient was (PS3.3 10.7.1.3).
_DETECTOR_FIRST = ("ImagerPixelSpacing", "PixelSpacing", "NominalScannedPixelSpacing")


@dataclass(frozen=True, slots=True)
class Header:
    """Facts of one image. Texts are "" and numbers 0 where the header has none that can be understood.

    Attributes:
        capture_device: model name of what made a secondary capture.
        regions: (coding scheme designator, code value) of AnatomicRegionSequence.
        pixel_bytes: length of the value of PixelData as it stands in the file; 0 where there is none.
        row_pitch_to_column_pitch: height of a pixel by its width, 1.0 for square or unknown pixels.
        row_pitch_mm, column_pitch_mm: from one row, or column, to the next: at the detector where that is said
            (ImagerPixelSpacing), else as PixelSpacing or NominalScannedPixelSpacing say.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    modality: str
    capture_device: str
    body_part: str
    regions: tuple[tuple[str, str], ...]
    presentation_intent: str
    photometric_interpretation: str
    presentation_lut_shape: str
    rows: int
    columns: int
    frames: int
    samples_per_pixel: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    has_pixels: bool
    pixel_bytes: int
    row_pitch_to_column_pitch: float
    row_pitch_mm: float = 0.0
    column_pitch_mm: float = 0.0


@contextmanager
def quietly() -> Iterator[None]:
    """Keep pydicom from checking values and from warning: what it says quotes them, and they are nobody's business."""
    with warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def read_header(ds: Dataset) -> Header:
    """Return the facts of a data set; never raises for what it holds."""
    with quietly():
        return _header(ds)


def _header(ds: Dataset) -> Header:
    row_pitch_mm, column_pitch_mm = _pitch(ds, _DETECTOR_FIRST) or (0.0, 0.0)
    has_pixels = any(keyword in ds for keyword in PIXEL_KEYWORDS)
    return Header(
        sop_class_uid=_text(ds, "SOPClassUID"),
        sop_instance_uid=_text(ds, "SOPInstanceUID"),
        transfer_syntax_uid=_text(getattr(ds, "file_meta", None) or Dataset(), "TransferSyntaxUID"),
        modality=_text(ds, "Modality").upper(),
        capture_device=_text(ds, "SecondaryCaptureDeviceManufacturerModelName"),
        body_part=_text(ds, "BodyPartExamined"),
        regions=_regions(ds),
        presentation_intent=_text(ds, "PresentationIntentType").upper(),
        photometric_interpretation=_text(ds, "PhotometricInterpretation").upper(),
        presentation_lut_shape=_text(ds, "PresentationLUTShape").upper(),
        rows=_whole(ds, "Rows"),
        columns=_whole(ds, "Columns"),
        frames=_whole(ds, "NumberOfFrames") or 1,
        samples_per_pixel=_whole(ds, "SamplesPerPixel"),
        bits_allocated=_whole(ds, "BitsAllocated"),
        bits_stored=_whole(ds, "BitsStored"),
        high_bit=_whole(ds, "HighBit"),
        is_signed=_whole(ds, "PixelRepresentation") == 1,
        has_pixels=has_pixels,
        pixel_bytes=_pixel_bytes(ds),
        row_pitch_to_column_pitch=_pixel_shape(ds),
        row_pitch_mm=row_pitch_mm,
        column_pitch_mm=column_pitch_mm,
    )


def first_value(ds: Dataset, keyword: str, convert: Callable[[str], Value]) -> Value | None:
    """Return the first value of an attribute, or None where it is absent, empty or not to be understood."""
    values = all_values(ds, keyword, convert)
    return values[0] if values else None


def all_values(ds: Dataset, keyword: str, convert: Callable[[str], Value]) -> list[Value]:
    """Return every value of an attribute; empty where it is absent or one of them is not to be understood."""
    try:
        value = ds.get(keyword)
        found = list(value) if isinstance(value, MultiValue | list | tuple) else [value]
        return [convert(str(each)) for each in found if each is not None and str(each).strip()]
    except DAMAGE:
        return []


def items_of(ds: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence; empty where it is absent or is no sequence."""
    try:
        value = ds.get(keyword)
        return [item for item in value if isinstance(item, Dataset)] if value else []
    except DAMAGE:
        return []


def _text(ds: Dataset, keyword: str) -> str:
    return (first_value(ds, keyword, str) or "").strip().strip("\0")


def _whole(ds: Dataset, keyword: str) -> int:
    return first_value(ds, keyword, int) or 0


def _regions(ds: Dataset) -> tuple[tuple[str, str], ...]:
    items = items_of(ds, "AnatomicRegionSequence")
    return tuple((_text(item, "CodingSchemeDesignator"), _text(item, "CodeValue")) for item in items)


def _pixel_bytes(ds: Dataset) -> int:
    try:
        return len(ds.PixelData) if "PixelData" in ds and ds.PixelData else 0
    except DAMAGE:
        return 0


def _pixel_shape(ds: Dataset) -> float:
    # PixelAspectRatio is vertical\horizontal (PS3.3 C.7.6.3.1.7); the spacings are row\column as well.
    pair = _pitch(ds, (*_SPACINGS, "PixelAspectRatio"))
    return 1.0 if pair is None else pair[0] / pair[1]


def _pitch(ds: Dataset, keywords: tuple[str, ...]) -> tuple[float, float] | None:
    """Return the first of these pairs that can be one: of rows, then of columns."""
    for keyword in keywords:
        pair = all_values(ds, keyword, float)
        if len(pair) == 2 and 0.01 < pair[0] < 1000 and 0.01 < pair[1] < 1000:
            return pair[0], pair[1]
    return None
