"""The head of the files we write, and of those that others wrote."""

from contextlib import suppress
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRBigEndian

from dicom_node.receive.part10 import (
    Head,
    decode_head,
    encode_head,
)
from dicom_node.receive.statuses import Refused
from domain.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME


def make_head(**changes: str) -> bytes:
    fields = {
        "sop_class_uid": str(ComputedRadiographyImageStorage),
        "sop_instance_uid": "1.2.3.4",
        "transfer_syntax_uid": str(ExplicitVRBigEndian),
        "calling_ae_title": "MOD1",
        "called_ae_title": "OSTEONODE",
    }
    return encode_head(**(fields | changes))


def test_the_head_is_a_whole_part_10_head() -> None:
    meta = dcmread(BytesIO(make_head())).file_meta
    assert meta.MediaStorageSOPClassUID == ComputedRadiographyImageStorage
    assert meta.MediaStorageSOPInstanceUID == "1.2.3.4"
    assert meta.TransferSyntaxUID == ExplicitVRBigEndian
    assert meta.ImplementationClassUID == IMPLEMENTATION_CLASS_UID
    assert (meta.SourceApplicationEntityTitle, meta.ReceivingApplicationEntityTitle) == ("MOD1", "OSTEONODE")


def test_the_group_length_leads_to_the_first_byte_of_the_data_set() -> None:
    head = make_head()
    assert 144 + int.from_bytes(head[140:144], "little") == len(head)


def test_what_is_no_uid_is_left_out_of_the_head() -> None:
    meta = dcmread(BytesIO(make_head(sop_instance_uid="../../etc"))).file_meta
    assert "MediaStorageSOPInstanceUID" not in meta


def test_our_names_fit_their_elements() -> None:
    assert UID(IMPLEMENTATION_CLASS_UID).is_valid
    assert len(IMPLEMENTATION_VERSION_NAME) <= 16


def test_the_head_of_a_file_says_how_its_data_set_is_encoded_and_where_it_begins() -> None:
    head = make_head()
    assert decode_head(head + b"\x08\0\x16\0 the data set") == Head(
        str(ExplicitVRBigEndian), str(ComputedRadiographyImageStorage), "1.2.3.4", len(head)
    )


def test_a_head_without_preamble_and_prefix_will_do() -> None:
    assert decode_head(make_head()[132:]).data_set_offset == len(make_head()) - 132


def test_a_wrong_group_length_leads_nobody_astray() -> None:
    head = bytearray(make_head())
    head[140:144] = (9999).to_bytes(4, "little")
    assert decode_head(bytes(head)).data_set_offset == len(head)


@given(st.integers(0, 399), st.binary(max_size=8))
def test_a_damaged_head_is_understood_or_refused(at: int, damage: bytes) -> None:
    head = bytearray(make_head())
    head[at : at + len(damage)] = damage
    with suppress(Refused):
        assert decode_head(bytes(head)).transfer_syntax_uid
