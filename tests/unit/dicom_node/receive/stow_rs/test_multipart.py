"""Multipart bodies, taken apart while they come."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.receive.stow_rs.multipart import (
    ContentType,
    MultipartBroken,
    MultipartReader,
    PartBegins,
    PartData,
    PartEnds,
    PartEvent,
    parse_content_type,
)

BOUNDARY = "0f1e2d"


def read(body: bytes, piece_bytes: int = 1 << 20) -> list[tuple[str, bytes]]:
    """Return type and content of every whole part."""
    reader, parts = MultipartReader(BOUNDARY), list[tuple[str, bytes]]()
    current = ("", b"")
    for at in range(0, len(body), piece_bytes):
        for event in reader.feed(body[at : at + piece_bytes]):
            current = _follow(event, current, parts)
    reader.finish()
    return parts


def _follow(event: PartEvent, current: tuple[str, bytes], parts: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    if isinstance(event, PartBegins):
        return event.content_type, b""
    if isinstance(event, PartData):
        return current[0], current[1] + event.data
    assert isinstance(event, PartEnds)
    parts.append(current)
    return current


def write(*parts: bytes, headers: bytes = b"Content-Type: application/dicom\r\n") -> bytes:
    boundary = BOUNDARY.encode()
    return b"".join(b"--%b\r\n%b\r\n%b\r\n" % (boundary, headers, part) for part in parts) + b"--%b--" % boundary


@given(st.lists(st.binary(max_size=300), max_size=4), st.integers(1, 400))
def test_parts_come_out_as_they_went_in_however_the_body_is_cut(parts: list[bytes], piece_bytes: int) -> None:
    assert read(write(*parts), piece_bytes) == [("application/dicom", part) for part in parts]


@given(st.lists(st.sampled_from([b"\r", b"\n", b"-", b"0f1e2d", b"\r\n--0f1e2", b"x"]), max_size=12), st.integers(1, 9))
def test_what_looks_like_a_boundary_and_is_none_stays_in_the_part(pieces: list[bytes], piece_bytes: int) -> None:
    part = b"".join(pieces)
    if b"\r\n--0f1e2d" not in b"\r\n" + part:
        assert read(write(part), piece_bytes) == [("application/dicom", part)]


@given(st.binary(max_size=600), st.integers(1, 100))
def test_no_body_makes_it_fail_in_another_way_than_broken(body: bytes, piece_bytes: int) -> None:
    with suppress(MultipartBroken):
        read(body.replace(b"!", b"--0f1e2d\r\n"), piece_bytes)


def test_preamble_epilogue_padding_and_a_missing_type_are_taken() -> None:
    body = b"ignored\r\n--0f1e2d \t\r\n\r\nwhole\r\n--0f1e2d--\r\nignored --0f1e2d\r\n"
    assert read(body) == [("", b"whole")]


def test_the_type_of_a_part_is_told_without_its_parameters() -> None:
    headers = b'Content-Length: 1\r\nCONTENT-TYPE:  Application/DICOM; transfer-syntax="1.2"\r\n'
    assert read(write(b"x", headers=headers)) == [("application/dicom", b"x")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        write(b"cut")[:-8],
        write(b"no closing")[:-2],
        b"--0f1e2d and more\r\n\r\nx\r\n--0f1e2d--",
        b"--0f1e2d" + b" " * 300,
        b"--0f1e2d\r\nX: " + b"y" * 9000 + b"\r\n\r\nx\r\n--0f1e2d--",
        b"--0f1e2d\r\nX: " + b"y" * 9000,
    ],
)
def test_a_body_that_breaks_the_rules_is_broken(body: bytes) -> None:
    with pytest.raises(MultipartBroken):
        read(body)


def test_a_part_of_any_size_is_never_held() -> None:
    reader = MultipartReader(BOUNDARY)
    list(reader.feed(write(b"")[:-12]))
    for _ in range(50):
        list(reader.feed(b"x" * 100_000))
        assert len(reader._buffer) < 100


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            'multipart/related; type="application/dicom"; boundary=abc',
            ContentType("multipart/related", "abc", "application/dicom"),
        ),
        (
            "Multipart/Related;boundary='a';type=application/dicom+json",
            ContentType("multipart/related", "'a'", "application/dicom+json"),
        ),
        ("application/dicom; transfer-syntax=*", ContentType("application/dicom", "", "")),
        ("", ContentType("", "", "")),
        (";;=;", ContentType("", "", "")),
    ],
)
def test_a_content_type_says_type_and_boundary(header: str, expected: ContentType) -> None:
    assert parse_content_type(header) == expected
