"""Stored values to what a radiologist sees, as one table with an entry for every stored value.

The Standard's chain (PS3.4 N.2) is modality LUT, VOI LUT, presentation. Each of them maps one value to one value, so
the whole chain is a table of at most 65536 numbers, made once and looked up for every pixel.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from inference.grey_image import Stored
from inference.header import Header, all_values, first_value, items_of

Levels = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

#: Percentiles shown as black and white where the header says nothing that can be used.
FALLBACK_PERCENTILES = (1.0, 99.0)

#: A window that leaves less than this share of the pixels between black and white was not meant for them.
MIN_SHARE_WITH_CONTRAST = 0.02


#: OpenCV counts in float32, which knows every whole number below this.
_EXACT_COUNTS = 2**24

#: Numbers of a header beyond this are no grey levels, and would leave no bits for the differences between them.
_LARGEST = 1e9
_SMALLEST = 1e-6


class Windowing(StrEnum):
    """What decided the contrast of the display."""

    VOI_LUT = "voi_lut"
    WINDOW = "window"
    PERCENTILES = "percentiles"


@dataclass(frozen=True, slots=True)
class GreyLevels:
    """The display value, 0..1 with bone bright, of each stored value; and what decided it."""

    table: npt.NDArray[np.float32]
    windowing: Windowing


def grey_levels(ds: Dataset, header: Header, stored: Stored) -> GreyLevels:
    """Return the display value of every stored value of an image of one sample per pixel.

    Raises:
        FlatImage: all pixels but the padding have the same value, so nothing can be shown.
    """
    counts = count_values(stored, 2**header.bits_stored)
    padding = _padding(ds, header)
    counts[padding] = 0
    if np.count_nonzero(counts) < 2:
        raise FlatImage
    values = modality_values(ds, header)
    levels, windowing = _windowed(ds, values, counts)
    if is_inverted(header):
        levels = 1.0 - levels
    levels[padding] = 0.0
    return GreyLevels(levels.astype(np.float32), windowing)


class FlatImage(ValueError):
    """All pixels have the same value."""


def count_values(stored: Stored, values: int) -> Counts:
    """Return how many pixels have each of the stored values 0 to `values` - 1, of which none is exceeded."""
    if stored.size < _EXACT_COUNTS:
        # Four times quicker than counting with numpy, which widens every pixel to 64 bits first.
        histogram = cv2.calcHist([np.ascontiguousarray(stored)], [0], None, [values], [0, values])
        return np.asarray(histogram).ravel().astype(np.int64)
    return np.bincount(stored.ravel(), minlength=values).astype(np.int64)


def modality_values(ds: Dataset, header: Header) -> Levels:
    """Return the modality value of each stored value (PS3.3 C.11.1): Modality LUT Sequence, or rescale, or itself."""
    values = _signed_values(header)
    for item in items_of(ds, "ModalityLUTSequence")[:1]:
        lut = read_lut(item, header.is_signed)
        if lut is not None:
            return lut(values)
    slope = first_value(ds, "RescaleSlope", float)
    intercept = first_value(ds, "RescaleIntercept", float)
    if slope is None or intercept is None or not _is_sane(slope) or not _is_sane(intercept) or abs(slope) < _SMALLEST:
        return values
    return values * slope + intercept


def _is_sane(number: float) -> bool:
    return abs(number) < _LARGEST  # False for NaN and infinity too


def _signed_values(header: Header) -> Levels:
    values = np.arange(2**header.bits_stored, dtype=np.float64)
    if header.is_signed:
        values[2 ** (header.bits_stored - 1) :] -= 2**header.bits_stored
    return values


def read_lut(item: Dataset, is_signed: bool) -> Callable[[Levels], Levels] | None:
    """Return the lookup of one LUT item (PS3.3 C.11.1.1.1, C.11.2.1.1), or None where it is not to be understood.

    Args:
        item: with LUTDescriptor (entries, first value mapped, bits) and LUTData.
        is_signed: whether the first value mapped is signed, as the pixels are.
    """
    descriptor = all_values(item, "LUTDescriptor", int)
    data = _lut_data(item)
    if len(descriptor) != 3 or data is None or data.size == 0:
        return None
    entries, first, _ = descriptor
    entries = entries % 65536 or 65536
    if is_signed and first >= 32768:
        first -= 65536
    if data.size == (entries + 1) // 2 and data.dtype == np.uint16 and entries > 1:
        data = data.view(np.uint8)  # eight-bit entries, two in a word
    if data.size < entries:
        return None
    output = data[:entries].astype(np.float64)
    return lambda values: output[np.clip(np.rint(values - first), 0, entries - 1).astype(np.int64)]


def _lut_data(item: Dataset) -> npt.NDArray[np.generic] | None:
    try:
        value = item.get("LUTData")
        if isinstance(value, bytes):
            order = ">u2" if item.original_encoding[1] is False else "<u2"
            return np.frombuffer(value, order).astype(np.uint16)
        return np.atleast_1d(np.asarray(value, dtype=np.uint16))
    except (ValueError, TypeError, OverflowError, AttributeError):
        return None


def linear(values: Levels, centre: float, width: float) -> Levels:
    """PS3.3 C.11.2.1.2.1, the default: width counts the values, so 1 is a threshold."""
    if width <= 1:
        return np.where(values <= centre - 0.5, 0.0, 1.0)
    return np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0.0, 1.0)


def linear_exact(values: Levels, centre: float, width: float) -> Levels:
    """PS3.3 C.11.2.1.3.2."""
    return np.clip((values - centre) / width + 0.5, 0.0, 1.0)


def sigmoid(values: Levels, centre: float, width: float) -> Levels:
    """PS3.3 C.11.2.1.3.1."""
    return 1.0 / (1.0 + np.exp(np.clip(-4.0 * (values - centre) / width, -700.0, 700.0)))


#: VOI LUT Function (0028,1056) and the least window width it allows.
VOI_FUNCTIONS: Mapping[str, tuple[Callable[[Levels, float, float], Levels], float]] = {
    "LINEAR": (linear, 1.0),
    "LINEAR_EXACT": (linear_exact, _SMALLEST),
    "SIGMOID": (sigmoid, _SMALLEST),
}


def _windowed(ds: Dataset, values: Levels, counts: Counts) -> tuple[Levels, Windowing]:
    for windowing, candidate in ((Windowing.VOI_LUT, _by_voi_lut), (Windowing.WINDOW, _by_window)):
        levels = candidate(ds, values)
        if levels is not None and _keeps_contrast(levels, counts):
            return levels, windowing
    return _by_percentiles(values, counts), Windowing.PERCENTILES


def _by_voi_lut(ds: Dataset, values: Levels) -> Levels | None:
    for item in items_of(ds, "VOILUTSequence")[:1]:
        lut = read_lut(item, bool(values.min() < 0))
        bits = all_values(item, "LUTDescriptor", int)[2:]
        if lut is not None and bits and 1 <= bits[0] <= 16:
            return np.asarray(np.clip(lut(values) / (2 ** bits[0] - 1), 0.0, 1.0))
    return None


def _by_window(ds: Dataset, values: Levels) -> Levels | None:
    centre = first_value(ds, "WindowCenter", float)
    width = first_value(ds, "WindowWidth", float)
    name = first_value(ds, "VOILUTFunction", str) or "LINEAR"
    function, least = VOI_FUNCTIONS.get(name.strip().upper(), (linear, 1.0))
    if centre is None or width is None or not _is_sane(centre) or not least <= width < _LARGEST:
        return None
    return np.asarray(function(values, centre, width))


def _keeps_contrast(levels: Levels, counts: Counts) -> bool:
    between = counts[(levels > 0.001) & (levels < 0.999)].sum()
    return bool(between >= MIN_SHARE_WITH_CONTRAST * counts.sum())


def _by_percentiles(values: Levels, counts: Counts) -> Levels:
    order = np.argsort(values, kind="stable")
    shares = np.cumsum(counts[order]) / counts.sum()
    at = [int(np.searchsorted(shares, share / 100)) for share in FALLBACK_PERCENTILES]
    low, high = (float(values[order[min(each, len(order) - 1)]]) for each in at)
    if high <= low:  # nearly all pixels are one value: show what there is
        present = values[counts > 0]
        low, high = float(present.min()), float(present.max())
    return np.clip((values - low) / (high - low), 0.0, 1.0)


def is_inverted(header: Header) -> bool:
    """Return whether low values are shown white."""
    # MONOCHROME1 shows low values white; in DX objects INVERSE says the same once more (PS3.3 C.7.6.3.1.2, C.11.6).
    return header.photometric_interpretation == "MONOCHROME1" or header.presentation_lut_shape == "INVERSE"


def _padding(ds: Dataset, header: Header) -> npt.NDArray[np.bool_]:
    """Return which stored values are padding (PS3.3 C.7.5.1.1.2): shown black in any case."""
    is_padding = np.zeros(2**header.bits_stored, dtype=np.bool_)
    value = first_value(ds, "PixelPaddingValue", int)
    if value is None:
        return is_padding
    limit = first_value(ds, "PixelPaddingRangeLimit", int)
    low, high = sorted((value, value if limit is None else limit))
    values = _signed_values(header)
    wrapped = values + 65536 * (values < 0)  # a signed value that was written as if it were not
    return np.asarray(((values >= low) & (values <= high)) | (wrapped == value))
