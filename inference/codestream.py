"""How large a compressed frame says it is, read from its own header: before a decoder takes memory for it.

A decoder believes the code stream and not the data set. A few hundred bytes may say 65,535 by 65,535 pixels, which is
gigabytes, while Rows and Columns say something harmless.
"""

import struct
from dataclasses import dataclass

from pydicom import uid

_JPEG_2000 = frozenset({uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K})
_JPEG = frozenset(
    {
        *(uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLossless, uid.JPEGLosslessSV1),
        *(uid.JPEGLSLossless, uid.JPEGLSNearLossless),
    }
)
#: Start of frame of every process of ITU-T T.81 Table B.1, and of JPEG-LS (T.87 C.1.1).
_START_OF_FRAME = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
#: Markers without a segment: TEM, RST0 to RST7, SOI.
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN, _END = 0xDA, 0xD9


@dataclass(frozen=True, slots=True)
class StatedSize:
    """What a code stream says of itself.

    Attributes:
        components: samples per pixel.
    """

    rows: int
    columns: int
    components: int


def stated_size(frame: bytes, transfer_syntax_uid: str) -> StatedSize | None:
    """Return the size that a frame states; None where it states none, or its syntax has no header of this kind."""
    try:
        if transfer_syntax_uid in _JPEG_2000:
            return _size_of_jpeg_2000(frame)
        return _size_of_jpeg(frame) if transfer_syntax_uid in _JPEG else None
    except (struct.error, IndexError):
        return None


def _size_of_jpeg(frame: bytes) -> StatedSize | None:
    at = frame.find(b"\xff\xd8") + 2
    if at < 2:
        return None
    while frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker == 0xFF:  # fill (T.81 B.1.1.2)
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _START_OF_FRAME:
            rows, columns, components = struct.unpack_from(">HHB", frame, at + 5)
            return StatedSize(rows, columns, components)
        elif marker in (_START_OF_SCAN, _END):
            return None
        else:
            at += 2 + struct.unpack_from(">H", frame, at + 2)[0]
    return None


def _size_of_jpeg_2000(frame: bytes) -> StatedSize | None:
    at = frame.find(b"\xff\x4f\xff\x51")  # SOC and SIZ (T.800 A.5.1), also behind the boxes of a JP2 file
    if at < 0:
        return None
    x_size, y_size, x_offset, y_offset = struct.unpack_from(">4L", frame, at + 8)
    (components,) = struct.unpack_from(">H", frame, at + 40)
    return StatedSize(y_size - y_offset, x_size - x_offset, components)
