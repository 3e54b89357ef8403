"""Walks the elements of an encoded data set and proves that every one of them ends inside it.

Nothing is decoded and no value is copied, so an image of any size costs a few hundred header reads (PS3.5 7).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from struct import Struct

from dicom_node.receive.statuses import Outcome, Refused

Encoded = bytes | memoryview | mmap

UNDEFINED_LENGTH = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
#: VRs whose length has 32 bits after two reserved bytes (PS3.5 Table 7.1-1); VRs added later do the same.
_LONG_VRS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_PIXEL_VRS = frozenset({b"OB", b"OW", b"UN"})
#: Deeper than any real sequence; keeps a hostile data set from exhausting the stack.
_DEEPEST_NESTING = 64


@dataclass(frozen=True, slots=True)
class Element:
    """One element at the top level.

    Attributes:
        tag: group and element as one number.
        start: offset of the first byte of the value.
        end: offset behind its last byte; of an encapsulated one, behind the sequence delimiter.
        fragments: frames' fragments of encapsulated pixel data without the offset table; None for other elements.
    """

    tag: int
    start: int
    end: int
    fragments: int | None = None


@dataclass(frozen=True, slots=True)
class Encoding:
    """How elements are written (PS3.5 10)."""

    implicit_vr: bool
    big_endian: bool = False


class ElementWalk:
    """The elements of the data set that fills `data` from `start` to its end."""

    def __init__(self, data: Encoded, encoding: Encoding, start: int = 0) -> None:
        order = ">" if encoding.big_endian else "<"
        self._data, self._start, self._encoding = data, start, encoding
        self._tag = Struct(f"{order}HH")
        self._short = Struct(f"{order}H")
        self._long = Struct(f"{order}L")

    def elements(self) -> Iterator[Element]:
        """Yield the top-level elements in their order.

        Raises:
            Refused: TRUNCATED where an element runs past the end; UNPARSABLE where no element can be.
        """
        at, end = self._start, len(self._data)
        while at < end:
            element = self._read_element(at, end, depth=0, implicit_vr=self._encoding.implicit_vr)
            yield element
            at = element.end

    def _read_element(self, at: int, end: int, depth: int, implicit_vr: bool) -> Element:
        tag = self._read_tag(at, end)
        if tag >> 16 == 0xFFFE:
            raise Refused(Outcome.UNPARSABLE, f"an item or delimiter stands alone at byte {at}")
        vr, length, value = self._read_implicit(at, end) if implicit_vr else self._read_explicit(at, end)
        if length != UNDEFINED_LENGTH:
            self._require(value, length, end, tag)
            return Element(tag, value, value + length)
        if tag == PIXEL_DATA and depth == 0 and vr in _PIXEL_VRS:
            return self._read_fragments(tag, value, end)
        # Unknown VR of undefined length holds implicit VR items, whatever is around it (PS3.5 6.2.2 note 4).
        after = self._skip_items(value, end, depth + 1, implicit_vr or vr == b"UN")
        return Element(tag, value, after)

    def _read_implicit(self, at: int, end: int) -> tuple[bytes, int, int]:
        self._require(at, 8, end)
        return b"", self._long.unpack_from(self._data, at + 4)[0], at + 8

    def _read_explicit(self, at: int, end: int) -> tuple[bytes, int, int]:
        self._require(at, 8, end)
        vr = bytes(self._data[at + 4 : at + 6])
        if not (vr.isalpha() and vr.isupper()):
            raise Refused(Outcome.UNPARSABLE, f"no value representation at byte {at + 4}")
        if vr not in _LONG_VRS:
            return vr, self._short.unpack_from(self._data, at + 6)[0], at + 8
        self._require(at, 12, end)
        return vr, self._long.unpack_from(self._data, at + 8)[0], at + 12

    def _read_fragments(self, tag: int, at: int, end: int) -> Element:
        start, items = at, -1  # the first item is the offset table (PS3.5 A.4)
        while True:
            item, length = self._read_item(at, end)
            at += 8
            if item == _SEQUENCE_END:
                return Element(tag, start, at, fragments=max(items, 0))
            if item != _ITEM or length == UNDEFINED_LENGTH:
                raise Refused(Outcome.UNPARSABLE, f"no fragment at byte {at - 8}")
            self._require(at, length, end, tag)
            at, items = at + length, items + 1

    def _skip_items(self, at: int, end: int, depth: int, implicit_vr: bool) -> int:
        if depth > _DEEPEST_NESTING:
            raise Refused(Outcome.UNPARSABLE, f"sequences nested deeper than {_DEEPEST_NESTING}")
        while True:
            item, length = self._read_item(at, end)
            at += 8
            if item == _SEQUENCE_END:
                return at
            if item != _ITEM:
                raise Refused(Outcome.UNPARSABLE, f"no item at byte {at - 8}")
            if length == UNDEFINED_LENGTH:
                at = self._skip_item(at, end, depth, implicit_vr)
            else:
                self._require(at, length, end)
                at += length

    def _skip_item(self, at: int, end: int, depth: int, implicit_vr: bool) -> int:
        while self._read_tag(at, end) != _ITEM_END:
            at = self._read_element(at, end, depth, implicit_vr).end
        self._require(at, 8, end)
        return at + 8

    def _read_item(self, at: int, end: int) -> tuple[int, int]:
        self._require(at, 8, end)
        return self._read_tag(at, end), self._long.unpack_from(self._data, at + 4)[0]

    def _read_tag(self, at: int, end: int) -> int:
        self._require(at, 4, end)
        group, number = self._tag.unpack_from(self._data, at)
        return int(group) << 16 | int(number)

    @staticmethod
    def _require(at: int, length: int, end: int, tag: int | None = None) -> None:
        if at + length > end:
            what = "its last element" if tag is None else f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
            raise Refused(Outcome.TRUNCATED, f"{what} runs {at + length - end} bytes past the end")
