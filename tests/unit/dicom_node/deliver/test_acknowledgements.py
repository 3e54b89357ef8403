import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.deliver.acknowledgements import (
    ACKNOWLEDGEMENT_CODES,
    NotAcknowledged,
    read_acknowledgement,
    read_header_field,
)
from domain.delivery import Outcome

HEADER = b"MSH|^~\\&|RIS|HOSP|OSTEONODE|RADIOLOGY|2026||ACK|X1|P|2.5.1"


def test_only_accepting_codes_deliver() -> None:
    outcomes = {code: meaning.outcome for code, meaning in ACKNOWLEDGEMENT_CODES.items()}
    assert {code for code in outcomes if outcomes[code] is Outcome.DELIVERED} == {"AA", "CA"}
    assert {code for code in outcomes if outcomes[code] is Outcome.REFUSED} == {"AR", "CR"}


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"\r"])
def test_segments_may_end_in_any_way(end: bytes, last: bytes) -> None:
    assert read_acknowledgement(HEADER + end + b"MSA|AA|ID1" + last, b"ID1") == "AA"


@pytest.mark.parametrize("control_id", [b"ID", b"ID12", b"id1", b"", b"ID1^x"])
def test_msa_2_must_be_ours_to_the_letter(control_id: bytes) -> None:
    with pytest.raises(NotAcknowledged, match="another message"):
        read_acknowledgement(HEADER + b"\rMSA|AA|" + control_id, b"ID1")


def test_msh_10_of_the_answer_is_not_what_counts() -> None:
    with pytest.raises(NotAcknowledged):
        read_acknowledgement(HEADER + b"\rMSA|AA|OTHER", b"X1")


@pytest.mark.parametrize("code", [b"", b"A", b"AAA", b"OK", b"\xff\xff"])
def test_an_unknown_code_acknowledges_nothing(code: bytes) -> None:
    with pytest.raises(NotAcknowledged, match="MSA-1"):
        read_acknowledgement(HEADER + b"\rMSA|" + code + b"|ID1", b"ID1")


@given(st.binary(max_size=200))
def test_no_bytes_whatever_acknowledge_without_our_control_id(answer: bytes) -> None:
    with pytest.raises(NotAcknowledged):
        read_acknowledgement(answer, b"2.25.338821953129")


@given(st.binary(min_size=5, max_size=200).filter(lambda text: b"MSA" not in text))
def test_a_refusal_repeats_nothing_of_what_came(text: bytes) -> None:
    with pytest.raises(NotAcknowledged) as refusal:
        read_acknowledgement(HEADER + b"\r" + text, b"ID1")
    assert str(refusal.value) == "the answer has no MSA segment"


@pytest.mark.parametrize(("position", "value"), [(2, b"^~\\&"), (3, b"RIS"), (10, b"X1"), (12, b"2.5.1"), (13, b"")])
def test_msh_fields_are_counted_from_the_separator(position: int, value: bytes) -> None:
    assert read_header_field(HEADER + b"\rPID|1", position) == value
