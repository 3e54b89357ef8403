"""Walks the elements of an encoded data set and proves that every one of them ends inside it.

Nothing is decoded and no value is copied, so an image of any size costs a few hundred header reads (PS3.5 7). What a
data set may make its readers do is limited: how deep its sequences are nested, and how many elements there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from struct import Struct
from typing import Final, NamedTuple

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from dicom_node.receive.statuses import Outcome, Refused

Encoded = bytes | memoryview | mmap

UNDEFINED_LENGTH = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
#: VRs whose length has 32 bits after two reserved bytes (PS3.5 Table 7.1-1); VRs added later do the same.
_LONG_VRS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_PIXEL_VRS = frozenset({b"OB", b"OW", b"UN"})
#: VRs whose length has 16 bits: what nearly all elements of a header have.
_SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
#: Deeper than any real sequence; keeps a hostile data set from exhausting the stack of whoever reads it.
DEEPEST_NESTING: Final = 64
#: Elements, items and fragments, nested ones too; a radiograph has a few hundred. Keeps one from costing minutes.
MOST_ELEMENTS: Final = 50_000


class Element(NamedTuple):
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
        self._plain = Struct(f"{order}HH2sH")
        self._left = MOST_ELEMENTS

    def elements(self) -> Iterator[Element]:
        """Yield the top-level elements in their order.

        Raises:
            Refused: TRUNCATED where an element runs past the end; UNPARSABLE where no element can be; TOO_COMPLEX where
                they are nested too deep or too many.
        """
        at, end = self._start, len(self._data)
        while at < end:
            element = self._read_plain(at, end) or self._read_element(at, end, 0, self._encoding.implicit_vr)
            yield element
            at = element.end

    def _read_plain(self, at: int, end: int) -> Element | None:
        """Return an element of the simplest kind in one step; None where it takes more to read it, or to refuse it."""
        if self._encoding.implicit_vr or at + 8 > end or not self._left:
            return None
        group, number, vr, length = self._plain.unpack_from(self._data, at)
        start = at + 8
        if vr not in _SHORT_VRS or start + length > end or group == 0xFFFE:
            return None
        self._left -= 1
        return Element(group << 16 | number, start, start + length)

    def _read_element(self, at: int, end: int, depth: int, implicit_vr: bool) -> Element:
        tag = self._read_tag(at, end)
        if tag >> 16 == 0xFFFE:
            raise Refused(Outcome.UNPARSABLE, f"an item or delimiter stands alone at byte {at}")
        vr, length, value = self._read_implicit(at, end) if implicit_vr else self._read_explicit(at, end)
        if length != UNDEFINED_LENGTH:
            self._require(value, length, end, tag)
            if self._is_sequence(tag, vr, implicit_vr):
                self._look_inside(value, value + length, depth + 1, implicit_vr)
            return Element(tag, value, value + length)
        if tag == PIXEL_DATA and depth == 0 and vr in _PIXEL_VRS:
            return self._read_fragments(tag, value, end)
        # Unknown VR of undefined length holds implicit VR items, whatever is around it (PS3.5 6.2.2 note 4).
        after = self._skip_items(value, end, depth + 1, implicit_vr or vr == b"UN")
        return Element(tag, value, after)

    @staticmethod
    def _is_sequence(tag: int, vr: bytes, implicit_vr: bool) -> bool:
        if not implicit_vr:
            return vr == b"SQ"
        return dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ"

    def _look_inside(self, at: int, end: int, depth: int, implicit_vr: bool) -> None:
        """Count what a sequence of known length holds. Its end is known, so a fault inside spoils nothing else."""
        self._require_shallow(depth)
        try:
            while at < end:
                _item, length = self._read_item(at, end)
                at += 8
                at = self._skip_item(at, end, depth, implicit_vr, length)
        except Refused as refusal:
            if refusal.outcome is Outcome.TOO_COMPLEX:
                raise

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
        self._require_shallow(depth)
        while True:
            item, length = self._read_item(at, end)
            at += 8
            if item == _SEQUENCE_END:
                return at
            if item != _ITEM:
                raise Refused(Outcome.UNPARSABLE, f"no item at byte {at - 8}")
            at = self._skip_item(at, end, depth, implicit_vr, length)

    def _skip_item(self, at: int, end: int, depth: int, implicit_vr: bool, length: int) -> int:
        if length != UNDEFINED_LENGTH:
            self._require(at, length, end)
            self._look_inside_item(at, at + length, depth, implicit_vr)
            return at + length
        while self._read_tag(at, end) != _ITEM_END:
            at = self._read_element(at, end, depth, implicit_vr).end
        self._require(at, 8, end)
        return at + 8

    def _look_inside_item(self, at: int, end: int, depth: int, implicit_vr: bool) -> None:
        """Count what an item of known length holds; a fault inside spoils nothing else."""
        try:
            while at < end:
                at = self._read_element(at, end, depth, implicit_vr).end
        except Refused as refusal:
            if refusal.outcome is Outcome.TOO_COMPLEX:
                raise

    def _read_item(self, at: int, end: int) -> tuple[int, int]:
        self._require(at, 8, end)
        return self._read_tag(at, end), self._long.unpack_from(self._data, at + 4)[0]

    def _read_tag(self, at: int, end: int) -> int:
        self._require(at, 4, end)
        self._left -= 1
        if self._left < 0:
            raise Refused(Outcome.TOO_COMPLEX, f"more than {MOST_ELEMENTS} elements")
        group, number = self._tag.unpack_from(self._data, at)
        return int(group) << 16 | int(number)

    @staticmethod
    def _require_shallow(depth: int) -> None:
        if depth > DEEPEST_NESTING:
            raise Refused(Outcome.TOO_COMPLEX, f"sequences nested deeper than {DEEPEST_NESTING}")

    @staticmethod
    def _require(at: int, length: int, end: int, tag: int | None = None) -> None:
        if at + length > end:
            what = "its last element" if tag is None else f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
            raise Refused(Outcome.TRUNCATED, f"{what} runs {at + length - end} bytes past the end")
