"""Walking encoded data sets: whole ones to the end, damaged ones to a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicom_node.receive.element_walk import (
    DEEPEST_NESTING,
    MOST_ELEMENTS,
    PIXEL_DATA,
    Element,
    ElementWalk,
    Encoding,
)
from dicom_node.receive.statuses import Outcome, Refused
from tests.fakes.radiographs import encode_data_set, make_radiograph

ENCODINGS = {
    ExplicitVRLittleEndian: Encoding(implicit_vr=False),
    ImplicitVRLittleEndian: Encoding(implicit_vr=True),
    ExplicitVRBigEndian: Encoding(implicit_vr=False, big_endian=True),
}
EXPLICIT = Encoding(implicit_vr=False)


def make_nested(*, undefined_length: bool) -> Dataset:
    inner = Dataset()
    inner.CodeValue, inner.CodeMeaning = "72696002", "Knee"
    inner.is_undefined_length_sequence_item = undefined_length
    outer = Dataset()
    outer.AnatomicRegionSequence = Sequence([inner, inner])
    outer["AnatomicRegionSequence"].is_undefined_length = undefined_length
    outer.is_undefined_length_sequence_item = undefined_length
    ds = make_radiograph()
    ds.RequestAttributesSequence = Sequence([outer])
    ds["RequestAttributesSequence"].is_undefined_length = undefined_length
    return ds


def walk(data: bytes, encoding: Encoding = EXPLICIT) -> list[Element]:
    return list(ElementWalk(data, encoding).elements())


@pytest.mark.parametrize("syntax", ENCODINGS, ids=lambda uid: uid.name)
@pytest.mark.parametrize("undefined_length", [False, True])
def test_the_walk_meets_every_top_level_element_once(syntax: UID, undefined_length: bool) -> None:
    ds = make_nested(undefined_length=undefined_length)
    elements = walk(encode_data_set(ds, syntax), ENCODINGS[syntax])
    assert [element.tag for element in elements] == [int(tag) for tag in sorted(ds.keys())]


@pytest.mark.parametrize("syntax", ENCODINGS, ids=lambda uid: uid.name)
@pytest.mark.parametrize("undefined_length", [False, True])
def test_no_proper_prefix_passes_unless_it_ends_between_two_elements(syntax: UID, undefined_length: bool) -> None:
    data = encode_data_set(make_nested(undefined_length=undefined_length), syntax)
    ends = {0} | {element.end for element in walk(data, ENCODINGS[syntax])}
    for length in range(len(data)):
        if length not in ends:
            with pytest.raises(Refused) as refused:
                walk(data[:length], ENCODINGS[syntax])
            assert refused.value.outcome is Outcome.TRUNCATED


def test_a_value_stands_where_the_walk_says() -> None:
    data = encode_data_set(make_radiograph())
    patient_id = next(element for element in walk(data) if element.tag == 0x00100020)
    assert data[patient_id.start : patient_id.end].strip() == b"PID-SECRET-4711"


@pytest.mark.parametrize("fragments", [0, 1, 3])
def test_fragments_of_encapsulated_pixel_data_are_counted_without_the_offset_table(fragments: int) -> None:
    ds = Dataset()
    ds.PixelData = encapsulate([b"ab" * 7] * fragments) if fragments else b"\xfe\xff\x00\xe0\0\0\0\0"
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    (pixels,) = walk(encode_data_set(ds))
    assert (pixels.tag, pixels.fragments) == (PIXEL_DATA, fragments)


def test_encapsulated_pixel_data_without_its_delimiter_is_truncated() -> None:
    ds = Dataset()
    ds.PixelData = encapsulate([b"ab" * 7])
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    with pytest.raises(Refused) as refused:
        walk(encode_data_set(ds)[:-8])
    assert refused.value.outcome is Outcome.TRUNCATED


def test_an_unknown_element_of_undefined_length_holds_implicit_items() -> None:
    item = b"\x08\x00\x00\x01\x02\x00\x00\x00AB"
    data = b"\x09\x00\x10\x10UN\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + item
    data += b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    assert [element.end for element in walk(data)] == [len(data)]


def outcome_of(data: bytes, encoding: Encoding = EXPLICIT) -> Outcome:
    with pytest.raises(Refused) as refused:
        walk(data, encoding)
    return refused.value.outcome


def test_sequences_nested_without_end_are_refused_before_the_stack_is_full() -> None:
    opening = b"\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    assert outcome_of(opening * 10_000) is Outcome.TOO_COMPLEX


def nest(depth: int, *, implicit: bool, item_length: bool) -> bytes:
    """Return a sequence of known length that holds another, and so on; its items of known length or not."""
    data = b""
    for _ in range(depth):
        size = len(data) if item_length else 0xFFFFFFFF
        item = b"\xfe\xff\x00\xe0" + size.to_bytes(4, "little") + data
        item += b"" if item_length else b"\xfe\xff\x0d\xe0\0\0\0\0"
        data = b"\x08\x00\x15\x11" + (b"" if implicit else b"SQ\0\0") + len(item).to_bytes(4, "little") + item
    return data


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("item_length", [False, True])
def test_sequences_of_known_length_are_looked_into_as_well(implicit: bool, item_length: bool) -> None:
    encoding = Encoding(implicit_vr=implicit)
    assert len(walk(nest(DEEPEST_NESTING, implicit=implicit, item_length=item_length), encoding)) == 1
    too_deep = nest(DEEPEST_NESTING + 1, implicit=implicit, item_length=item_length)
    assert outcome_of(too_deep, encoding) is Outcome.TOO_COMPLEX
    assert outcome_of(nest(2000, implicit=implicit, item_length=item_length), encoding) is Outcome.TOO_COMPLEX


def test_a_fault_inside_a_sequence_of_known_length_spoils_nothing_else() -> None:
    spoilt = b"\x08\x00\x15\x11SQ\0\0\x0c\0\0\0" + b"\xfe\xff\x00\xe0\x04\0\0\0" + b"what"
    elements = walk(spoilt + encode_data_set(make_radiograph()))
    assert (elements[0].tag, elements[-1].tag) == (0x00081115, PIXEL_DATA)


@pytest.mark.parametrize("known_length", [False, True])
def test_more_elements_than_any_header_has_are_refused(known_length: bool) -> None:
    empty = b"\x08\x00\x00\x01SH\0\0" * (MOST_ELEMENTS + 1)
    item = b"\xfe\xff\x00\xe0" + len(empty).to_bytes(4, "little") + empty
    sequence = b"\x08\x00\x15\x11SQ\0\0" + len(item).to_bytes(4, "little") + item
    assert outcome_of(sequence if known_length else empty) is Outcome.TOO_COMPLEX


def test_pixel_data_in_countless_empty_fragments_is_refused() -> None:
    pixels = b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\0\0\0\0" * (MOST_ELEMENTS + 1)
    assert outcome_of(pixels) is Outcome.TOO_COMPLEX


def test_an_element_that_says_it_is_larger_than_the_data_set_is_truncated() -> None:
    assert outcome_of(b"\x08\x00\x15\x11UT\0\0\xfe\xff\xff\xff" + b"short") is Outcome.TRUNCATED


@given(st.binary(max_size=300), st.sampled_from(list(ENCODINGS.values())))
def test_any_bytes_end_in_elements_or_a_refusal(data: bytes, encoding: Encoding) -> None:
    try:
        elements = walk(data, encoding)
    except Refused:
        return
    assert not elements or elements[-1].end == len(data)


def test_deflated_bytes_are_not_walked_as_elements() -> None:
    with pytest.raises(Refused):
        walk(encode_data_set(make_radiograph(), DeflatedExplicitVRLittleEndian))
