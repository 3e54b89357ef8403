import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.mllp_frames import FrameError, FrameReader, FrameStream, frame

LIMIT_BYTES = 4096
contents = st.binary(max_size=300).filter(lambda content: b"\x0b" not in content and b"\x1c" not in content)


def cut(whole: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(whole) + 1) for place in places), len(whole)]
    return [whole[first:last] for first, last in itertools.pairwise(edges)]


@given(contents, st.lists(st.integers(min_value=0), max_size=20), st.binary(max_size=20))
def test_a_frame_in_any_pieces_gives_its_content_once_and_not_before(
    content: bytes, places: list[int], rest: bytes
) -> None:
    reader = FrameReader(LIMIT_BYTES)
    whole = frame(content)
    assert all(reader.feed(bytes([each])) is None for each in whole[:-1])
    assert reader.feed(whole[-1:]) == content
    again = FrameReader(LIMIT_BYTES)
    found = [each for piece in cut(whole + rest, places) if (each := again.feed(piece)) is not None]
    assert found[0] == content


@given(st.binary(max_size=20).filter(lambda stray: b"\x0b" not in stray), contents)
def test_stray_bytes_before_a_frame_are_skipped(stray: bytes, content: bytes) -> None:
    assert FrameReader(LIMIT_BYTES).feed(stray + frame(content)) == content


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=60))
def test_any_bytes_either_end_in_a_frame_or_are_bounded(pieces: list[bytes]) -> None:
    reader = FrameReader(500)
    taken = 0
    for piece in pieces:
        try:
            if reader.feed(piece) is not None:
                return
        except FrameError:
            assert taken + len(piece) > 500
            return
        taken += len(piece)
    assert taken <= 500


@given(contents)
def test_a_frame_that_lacks_its_carriage_return_is_whole_when_the_sender_closes(content: bytes) -> None:
    reader = FrameReader(LIMIT_BYTES)
    assert reader.feed(frame(content)[:-1]) is None
    assert reader.finish() == content


@pytest.mark.parametrize("received", [b"", b"\x0b", b"\x0bMSH|", b"MSH|\x1c", b"\x0bMSH|\r"])
def test_a_broken_off_frame_is_an_error(received: bytes) -> None:
    reader = FrameReader(LIMIT_BYTES)
    assert reader.feed(received) is None
    with pytest.raises(FrameError, match="closed"):
        reader.finish()


@pytest.mark.parametrize("content", [b"a\x0bb", b"a\x1cb", b"a\x1c\rMSH|"])
def test_content_that_would_be_cut_short_gets_no_frame(content: bytes) -> None:
    with pytest.raises(FrameError):
        frame(content)


def test_a_stream_gives_frame_after_frame_whatever_the_pieces() -> None:
    framed = b"".join(frame(content) + b"\r\n" for content in (b"one", b"two", b"three"))
    for size in (1, 3, 100):
        stream = FrameStream(100)
        pieces = (framed[start : start + size] for start in range(0, len(framed), size))
        assert [content for piece in pieces for content in stream.feed(piece)] == [b"one", b"two", b"three"]


def test_a_stream_without_an_end_is_an_error() -> None:
    with pytest.raises(FrameError):
        list(FrameStream(10).feed(b"\x0b" + b"a" * 11))
