"""Whole inputs spoilt as networks, broken senders and enemies spoil them, for hypothesis."""

from collections.abc import Callable, Sequence

from hypothesis import strategies as st

#: Lengths and counts that parsers trip over.
_NUMBERS = tuple(
    value.to_bytes(size, order)
    for value in (0, 1, 0x7F, 0x80, 0xFF, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
    for size in (2, 4)
    for order in ("little", "big")
    if value < 1 << 8 * size
)
_Spoil = Callable[[bytes, int, int, bytes], bytes]


def _overwrite(data: bytes, at: int, _length: int, piece: bytes) -> bytes:
    return data[:at] + piece + data[at + len(piece) :]


def _insert(data: bytes, at: int, _length: int, piece: bytes) -> bytes:
    return data[:at] + piece + data[at:]


def _cut(data: bytes, at: int, length: int, _piece: bytes) -> bytes:
    return data[:at] + data[at + length :]


def _repeat(data: bytes, at: int, length: int, _piece: bytes) -> bytes:
    return data[: at + length] + data[at:]


def _end(data: bytes, at: int, _length: int, _piece: bytes) -> bytes:
    return data[:at]


@st.composite
def spoilt(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """Return one of the seeds after one to six of: other bytes, more, fewer, the same twice, an early end."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 6))):
        spoil: _Spoil = draw(st.sampled_from((_overwrite, _overwrite, _insert, _cut, _repeat, _end)))
        at, length = draw(st.integers(0, len(data))), draw(st.integers(1, 300))
        data = spoil(data, at, length, draw(st.one_of(st.sampled_from(_NUMBERS), st.binary(min_size=1, max_size=8))))
    return data
