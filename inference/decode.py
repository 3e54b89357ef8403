"""Pixel data to stored values: one named plugin per transfer syntax, so that every machine decodes alike.

pydicom would take whichever plugin it finds first. The choice below is by measured speed among the exact ones.
JPEG Extended with 12 bits has no decoder here whose licence lets it ship.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from pydicom import Dataset, uid
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder

from inference.codestream import StatedSize, stated_size
from inference.grey_image import Stored
from inference.header import DAMAGE, Header

#: The plugin of each transfer syntax (PS3.5 section 10); "" for those that need none.
PLUGINS: Mapping[str, str] = {
    uid.ImplicitVRLittleEndian: "",
    uid.ExplicitVRLittleEndian: "",
    uid.DeflatedExplicitVRLittleEndian: "",
    uid.ExplicitVRBigEndian: "",
    uid.RLELossless: "pylibjpeg",
    uid.JPEGBaseline8Bit: "pillow",
    uid.JPEGExtended12Bit: "pillow",
    uid.JPEGLossless: "gdcm",
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "gdcm",
    uid.JPEG2000: "gdcm",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}

#: Syntaxes whose code stream ends with FF D9 (EOI or EOC); without it the stream was cut, whatever a decoder says.
_ENDS_WITH_MARKER = frozenset(syntax for syntax, plugin in PLUGINS.items() if plugin) - {uid.RLELossless}

_PADDING_BYTES = 64


def can_decode(header: Header) -> bool:
    """Return whether the header's transfer syntax can be decoded here."""
    if header.transfer_syntax_uid == uid.JPEGExtended12Bit:
        return header.bits_stored == 8
    return header.transfer_syntax_uid in PLUGINS


def is_cut(ds: Dataset, header: Header) -> bool:
    """Return whether compressed pixel data end before their code stream does.

    JPEG 2000 decoders fill in what is missing and say nothing, so the end marker is looked for here.
    """
    if header.transfer_syntax_uid not in _ENDS_WITH_MARKER:
        return False
    try:
        frame = next(generate_frames(ds.PixelData, number_of_frames=1))
    except (*DAMAGE, StopIteration):
        return True
    # The marker cannot stand inside the stream; some modalities pad after it, not always with zeros.
    return b"\xff\xd9" not in frame[-_PADDING_BYTES:]


def decode(ds: Dataset, header: Header) -> Stored:
    """Return the stored values of the one frame, without sign: bits 0 to BitsStored - 1, all others cleared.

    Returns:
        (rows, columns) or, for colour, (rows, columns, 3) RGB.

    Raises:
        One of `DAMAGE`: the pixel data are damaged.
    """
    _require_stated_size(ds, header)
    pixels, _ = get_decoder(uid.UID(header.transfer_syntax_uid)).as_array(
        ds,
        index=0,
        decoding_plugin=PLUGINS[header.transfer_syntax_uid],
        correct_unused_bits=False,  # type: ignore[arg-type]  # done below, which minds HighBit as well
        view_only=True,  # type: ignore[arg-type]  # nothing below writes into the data set
    )
    expected = (header.rows, header.columns) + ((3,) if header.samples_per_pixel == 3 else ())
    if pixels.shape != expected:
        raise ValueError("the decoded frame has another shape than the header says")
    if header.samples_per_pixel == 3:
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    return _keep_stored_bits(pixels, header)


def _require_stated_size(ds: Dataset, header: Header) -> None:
    """Raise ValueError where the code stream says another size than the header: decoders believe the code stream."""
    if header.transfer_syntax_uid not in _ENDS_WITH_MARKER:
        return
    stated = stated_size(next(generate_frames(ds.PixelData, number_of_frames=1)), header.transfer_syntax_uid)
    if stated is not None and stated != StatedSize(header.rows, header.columns, header.samples_per_pixel):
        raise ValueError("the code stream says another size than the header")


def _keep_stored_bits(pixels: npt.NDArray[np.generic], header: Header) -> Stored:
    # PS3.5 8.1.1: bits outside BitsStored may hold overlays or anything else.
    whole = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("="))  # big endian files decode as they lie
    values: Stored = whole.view(np.uint8) if whole.dtype.itemsize == 1 else whole.view(np.uint16)
    native = not PLUGINS[header.transfer_syntax_uid] or header.transfer_syntax_uid == uid.RLELossless
    shift = header.high_bit + 1 - header.bits_stored if native else 0
    if shift == 0 and header.bits_stored == values.dtype.itemsize * 8:
        return values
    mask = 2 ** min(header.bits_stored, values.dtype.itemsize * 8) - 1
    if shift == 0 and values.max(initial=0) <= mask:
        return values  # nothing to clear, which costs a hundredth of clearing it
    kept: Stored = np.bitwise_and(np.right_shift(values, shift), mask)
    return kept
