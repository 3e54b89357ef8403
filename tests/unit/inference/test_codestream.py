"""How large a compressed frame says it is."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import uid
from pydicom.encaps import encapsulate, generate_frames

from inference.codestream import StatedSize, stated_size
from inference.decode import decode
from inference.header import read_header
from inference.radiograph import Ineligible, develop
from tests.fakes.encoded_images import HTJ2K_RAMP, WRITERS, rewrite
from tests.fakes.pixel_images import make_image, ramp

ROWS, COLUMNS = ramp().shape
COMPRESSORS = [syntax for syntax in WRITERS if uid.UID(syntax).is_compressed and "JPEG" in uid.UID(syntax).name]


def jpeg_header(rows: int, columns: int) -> bytes:
    """Return a JPEG that begins with a comment and says a size; there is nothing behind it."""
    frame = struct.pack(">BBHBHHB", 0xFF, 0xC3, 11, 16, rows, columns, 1) + b"\1\x11\0"
    return b"\xff\xd8" + b"\xff\xfe\0\x06abcd" + frame + b"\xff\xd9"


def jpeg_2000_header(rows: int, columns: int) -> bytes:
    """Return the SIZ of a JPEG 2000 code stream; there is nothing behind it."""
    sizes = struct.pack(">8LH", columns, rows, 0, 0, columns, rows, 0, 0, 1)
    return b"\xff\x4f\xff\x51" + struct.pack(">HH", 41, 0) + sizes + b"\x0f\1\1" + b"\xff\xd9"


@pytest.mark.parametrize(
    ("frame", "syntax"),
    [
        (jpeg_header(65_535, 65_500), uid.JPEGLosslessSV1),
        (jpeg_header(65_535, 65_500).replace(b"\xff\xc3", b"\xff\xf7"), uid.JPEGLSLossless),
        (jpeg_2000_header(65_535, 65_500), uid.JPEG2000Lossless),
        (b"\0\0\0\x0cjP  \r\n\x87\n" + jpeg_2000_header(65_535, 65_500), uid.HTJ2K),
    ],
)
def test_the_size_is_read_from_the_header_of_the_stream(frame: bytes, syntax: str) -> None:
    assert stated_size(frame, syntax) == StatedSize(65_535, 65_500, 1)


@pytest.mark.peer("dcmtk")
@pytest.mark.parametrize("syntax", COMPRESSORS, ids=lambda syntax: uid.UID(syntax).name)
def test_what_encoders_write_says_the_size_that_was_encoded(syntax: str, tmp_path: Path) -> None:
    ds = rewrite(make_image(ramp(), BitsStored=12, HighBit=11), tmp_path, syntax)
    frame = next(generate_frames(ds.PixelData, number_of_frames=1))
    assert stated_size(frame, syntax) == StatedSize(ROWS, COLUMNS, 1)


def test_a_high_throughput_stream_says_its_size() -> None:
    assert stated_size(HTJ2K_RAMP, uid.HTJ2KLossless) == StatedSize(ROWS, COLUMNS, 1)


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.ExplicitVRLittleEndian, "1.2.3"])
def test_syntaxes_without_such_a_header_state_nothing(syntax: str) -> None:
    assert stated_size(jpeg_header(10, 10), syntax) is None


@given(st.binary(max_size=80), st.sampled_from([uid.JPEGLosslessSV1, uid.JPEG2000, uid.JPEGLSLossless]))
def test_any_bytes_state_a_size_or_nothing(data: bytes, syntax: str) -> None:
    for frame in (data, b"\xff\xd8" + data, b"\xff\x4f\xff\x51" + data):
        stated_size(frame, syntax)


BOMBS: dict[str, Callable[[int, int], bytes]] = {
    uid.JPEGLosslessSV1: jpeg_header,
    uid.JPEG2000: jpeg_2000_header,
    uid.JPEGBaseline8Bit: jpeg_header,
}


@pytest.mark.parametrize("syntax", BOMBS, ids=lambda syntax: uid.UID(syntax).name)
def test_a_decompression_bomb_is_not_decoded_whatever_its_data_set_says(syntax: str) -> None:
    ds = make_image(ramp(), BitsStored=12, HighBit=11)
    ds.file_meta.TransferSyntaxUID = uid.UID(syntax)
    ds.PixelData = encapsulate([BOMBS[syntax](65_000, 65_000)])
    with pytest.raises(ValueError, match="another size"):
        decode(ds, read_header(ds))
    with pytest.raises(Ineligible) as refused:
        develop(ds)
    assert refused.value.reason.code == "pixel-data-not-decodable"


def test_a_bomb_that_is_honest_in_its_data_set_is_declined_before_that() -> None:
    ds = make_image(ramp(), BitsStored=12, HighBit=11)
    ds.file_meta.TransferSyntaxUID = uid.JPEG2000
    ds.Rows = ds.Columns = 65_000
    ds.PixelData = encapsulate([jpeg_2000_header(65_000, 65_000)])
    with pytest.raises(Ineligible) as refused:
        develop(ds)
    assert refused.value.reason.code == "image-size-not-supported"
