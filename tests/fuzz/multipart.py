"""Spoilt bodies of STOW-RS requests."""

from contextlib import suppress

from dicom_node.receive.stow_rs.multipart import (
    MultipartBroken,
    MultipartReader,
    PartBegins,
    PartData,
    PartEnds,
    parse_content_type,
)

_BOUNDARY = "b7c1"


def multipart_seeds() -> list[bytes]:
    """Return whole bodies of two parts; the first byte is the length of the pieces that come."""
    part = b"--b7c1\r\nContent-Type: application/dicom\r\nContent-Length: 4\r\n\r\nDICM\r\n"
    return [bytes([size]) + part + part + b"--b7c1--\r\n" for size in (0, 6, 200)]


def try_multipart(data: bytes) -> None:
    """Read a body as it comes: no more comes out than went in, and every part begins, then ends."""
    size = (data[0] if data else 0) + 1
    reader, given, is_open = MultipartReader(_BOUNDARY), 0, False
    with suppress(MultipartBroken):
        for start in range(1, len(data), size):
            for event in reader.feed(data[start : start + size]):
                assert is_open is not isinstance(event, PartBegins)
                is_open = not isinstance(event, PartEnds)
                given += len(event.data) if isinstance(event, PartData) else 0
        reader.finish()
        assert not is_open
    assert given <= len(data)
    parse_content_type(data[:200].decode("latin-1"))
