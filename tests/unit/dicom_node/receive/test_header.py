"""The identity of a data set, and the proof that it is whole."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicom_node.receive.header import MOST_HEADER_BYTES, Header, is_uid, parse_header, read_header
from dicom_node.receive.statuses import Outcome, Refused
from tests.fakes.radiographs import encode_data_set, make_radiograph

NATIVE = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]


def outcome_of(data: bytes, syntax: UID = ExplicitVRLittleEndian) -> Outcome:
    with pytest.raises(Refused) as refused:
        parse_header(data, syntax)
    return refused.value.outcome


def read(path: Path, data: bytes, most_bytes: int = 1 << 20) -> Header:
    path.write_bytes(b"head" + data)
    return read_header(path, 4, DeflatedExplicitVRLittleEndian, most_bytes)


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda uid: uid.name)
def test_the_identity_is_read_in_every_native_encoding(syntax: UID) -> None:
    ds = make_radiograph(3)
    header = parse_header(encode_data_set(ds, syntax), syntax)
    assert header == Header(ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID, ds.SOPClassUID)


def test_the_identity_is_read_from_a_deflated_file(tmp_path: Path) -> None:
    ds = make_radiograph(4)
    header = read(tmp_path / "a", encode_data_set(ds, DeflatedExplicitVRLittleEndian))
    assert header.sop_instance_uid == ds.SOPInstanceUID


def test_a_deflated_file_that_ends_too_soon_is_truncated(tmp_path: Path) -> None:
    data = encode_data_set(make_radiograph(4), DeflatedExplicitVRLittleEndian)
    with pytest.raises(Refused) as refused:
        read(tmp_path / "a", data[: len(data) // 2])
    assert refused.value.outcome is Outcome.TRUNCATED


def test_a_deflated_file_may_not_inflate_over_the_limit(tmp_path: Path) -> None:
    bomb = make_radiograph(PixelData=b"\0" * (3 << 20))
    with pytest.raises(Refused) as refused:
        read(tmp_path / "a", encode_data_set(bomb, DeflatedExplicitVRLittleEndian))
    assert refused.value.outcome is Outcome.TOO_LARGE


def test_bytes_that_do_not_inflate_are_unparsable(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path / "a", b"\xff" * 100)
    assert refused.value.outcome is Outcome.UNPARSABLE


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
def test_a_data_set_without_one_of_its_uids_is_refused(keyword: str) -> None:
    absent, empty = make_radiograph(), make_radiograph()
    delattr(absent, keyword)
    setattr(empty, keyword, "")
    assert outcome_of(encode_data_set(absent)) is outcome_of(encode_data_set(empty)) is Outcome.UID_MISSING


@pytest.mark.parametrize("uid", ["1.2/../../etc/passwd", "..", "1..2", ".1.2", "1.2.", "1", "1.2.x", "1." + "2" * 63])
def test_a_uid_that_is_none_never_becomes_a_path(uid: str) -> None:
    data = encode_data_set(make_radiograph(SeriesInstanceUID="1.2.3.4"))
    length = len(uid) + len(uid) % 2
    before, after = data.split(b"\x20\x00\x0e\x00UI\x08\x001.2.3.4\0")
    element = b"\x20\x00\x0e\x00UI" + length.to_bytes(2, "little") + uid.encode().ljust(length, b"\0")
    assert outcome_of(before + element + after) is Outcome.UID_INVALID


@given(st.text(max_size=70))
def test_what_counts_as_a_uid_has_only_digits_and_single_dots(text: str) -> None:
    if is_uid(text):
        assert set(text) <= set("0123456789.")
        assert all(text.split("."))
        assert len(text) <= 64


def test_leading_zeros_in_a_uid_of_an_old_modality_are_tolerated() -> None:
    assert is_uid("1.2.840.00012.1")


@pytest.mark.parametrize("elements", [{"PixelData": b""}, {"PixelData": None}])
def test_an_image_without_pixels_is_refused(elements: dict[str, Any]) -> None:
    assert outcome_of(encode_data_set(make_radiograph(**elements))) is Outcome.NO_PIXEL_DATA


def test_an_image_without_the_pixel_element_is_refused() -> None:
    ds = make_radiograph()
    del ds.PixelData
    assert outcome_of(encode_data_set(ds)) is Outcome.NO_PIXEL_DATA


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda uid: uid.name)
def test_one_row_of_pixels_too_few_is_truncated(syntax: UID) -> None:
    ds = make_radiograph(rows=32, columns=24)
    ds.PixelData = ds.PixelData[: -24 * 2]
    assert outcome_of(encode_data_set(ds, syntax), syntax) is Outcome.TRUNCATED


@pytest.mark.parametrize(
    ("elements", "length"),
    [
        ({"BitsAllocated": 8}, 768),
        ({"BitsAllocated": 8, "SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}, 2304),
        ({"BitsAllocated": 8, "SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422"}, 1536),
        ({"NumberOfFrames": "3"}, 4608),
        ({"BitsAllocated": 1}, 96),
    ],
)
def test_the_needed_length_follows_the_image_module(elements: dict[str, Any], length: int) -> None:
    whole = make_radiograph(**elements, PixelData=b"\0" * length)
    assert parse_header(encode_data_set(whole), ExplicitVRLittleEndian).sop_instance_uid == whole.SOPInstanceUID
    short = make_radiograph(**elements, PixelData=b"\0" * (length - 2))
    assert outcome_of(encode_data_set(short)) is Outcome.TRUNCATED


def test_a_refusal_does_not_quote_a_name_that_stands_where_a_uid_should() -> None:
    data = encode_data_set(make_radiograph(SeriesInstanceUID="1.2.3.4.5.6"))
    with pytest.raises(Refused) as refused:
        parse_header(data.replace(b"1.2.3.4.5.6\0", b"Zzyzx^Quilla"), ExplicitVRLittleEndian)
    assert refused.value.outcome is Outcome.UID_INVALID
    assert "Zzyzx" not in str(refused.value)


def test_a_header_larger_than_any_is_refused_although_it_is_whole() -> None:
    ds = make_radiograph(TextValue="x" * MOST_HEADER_BYTES)
    assert outcome_of(encode_data_set(ds)) is Outcome.TOO_COMPLEX
