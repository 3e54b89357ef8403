"""Which images the models may read, and the coded reason when not.

The rules are a table, asked in the order of the table, and see nothing but the header.
"""

from collections.abc import Callable

from pydicom import uid

from domain.document import PRODUCT
from domain.finding import Reason
from inference.body_parts import names_unsupported_part
from inference.decode import can_decode
from inference.header import Header
from inference.reasons import MAX_PIXELS, MAX_SIDE_PX, MIN_SIDE_PX, REASONS

#: Radiographs, for presentation or not, and pictures made of them.
SOP_CLASSES = frozenset(
    {
        uid.ComputedRadiographyImageStorage,
        uid.DigitalXRayImageStorageForPresentation,
        uid.DigitalXRayImageStorageForProcessing,
        uid.SecondaryCaptureImageStorage,
        uid.MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
        uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
        uid.MultiFrameTrueColorSecondaryCaptureImageStorage,
        uid.XRayRadiofluoroscopicImageStorage,
    }
)

#: Modality (0008,0060) of a radiograph; OT is what secondary captures say, "" what careless ones do.
MODALITIES = frozenset({"CR", "DX", "RF", "RG", "DR", "SC", "OT", ""})

#: What can be shown in grey. A palette is a picture for a screen, not a radiograph.
PHOTOMETRIC_INTERPRETATIONS = frozenset(
    {"MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"}
)


def _has_odd_size(header: Header) -> bool:
    sides = (header.rows, header.columns)
    return min(sides) < MIN_SIDE_PX or max(sides) > MAX_SIDE_PX or header.rows * header.columns > MAX_PIXELS


def _has_odd_pixels(header: Header) -> bool:
    grey = header.photometric_interpretation.startswith("MONOCHROME")
    return (
        header.photometric_interpretation not in PHOTOMETRIC_INTERPRETATIONS
        or header.samples_per_pixel != (1 if grey else 3)
        or header.bits_allocated not in (8, 16)
        or not 1 <= header.bits_stored <= header.bits_allocated
        or not header.bits_stored - 1 <= header.high_bit < header.bits_allocated
        or (not grey and header.bits_stored != 8)
    )


def _is_for_processing(header: Header) -> bool:
    return (
        header.presentation_intent == "FOR PROCESSING"
        or header.sop_class_uid == uid.DigitalXRayImageStorageForProcessing
    )


def _is_too_short(header: Header) -> bool:
    needed = header.rows * header.columns * header.samples_per_pixel * header.bits_allocated // 8
    if header.photometric_interpretation == "YBR_FULL_422":
        needed = needed * 2 // 3
    compressed = uid.UID(header.transfer_syntax_uid).is_compressed
    deflated = header.transfer_syntax_uid == uid.DeflatedExplicitVRLittleEndian
    return header.pixel_bytes < (needed if not compressed or deflated else 1)


#: The rules in the order a person would want to hear them: what it is, then what is wrong with it.
RULES: tuple[tuple[str, Callable[[Header], bool]], ...] = (
    ("sop-class-not-supported", lambda header: header.sop_class_uid not in SOP_CLASSES),
    ("own-result", lambda header: header.capture_device == PRODUCT),
    ("modality-not-supported", lambda header: header.modality not in MODALITIES),
    ("for-processing", _is_for_processing),
    ("body-part-not-supported", lambda header: names_unsupported_part(header.body_part, header.regions)),
    ("no-pixel-data", lambda header: not header.has_pixels),
    ("multi-frame", lambda header: header.frames > 1),
    ("image-size-not-supported", _has_odd_size),
    ("pixel-format-not-supported", _has_odd_pixels),
    ("transfer-syntax-not-decodable", lambda header: not can_decode(header)),
    ("pixel-data-truncated", _is_too_short),
)


def why_not(header: Header) -> Reason | None:
    """Return why the models may not read an image with this header, or None; decides before any pixel is decoded."""
    return next((REASONS[code] for code, applies in RULES if applies(header)), None)
