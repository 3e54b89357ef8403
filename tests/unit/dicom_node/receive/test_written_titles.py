"""AE titles before anything decodes them."""

import pytest

from dicom_node.receive.admission import Rejection
from dicom_node.receive.written_titles import encode_rejection, end_at_nul, refuse_written

CALLED, CALLING = Rejection.CALLED_AE_TITLE_NOT_RECOGNIZED, Rejection.CALLING_AE_TITLE_NOT_RECOGNIZED


def request(called: bytes, calling: bytes) -> bytes:
    return b"\1\0\0\0\0\xff\0\1\0\0" + called.ljust(16) + calling.ljust(16) + bytes(32)


@pytest.mark.parametrize(
    ("called", "calling", "rejection", "words"),
    [
        (b"OSTEONODE", b"MOD1", None, ""),
        (b" OSTEONODE", b"MOD 1", None, ""),
        (b"OSTEONODE", b"", CALLING, "blanks only"),
        (b"", b"MOD1", CALLED, "blanks only"),
        (b"OSTEONODE", b"MOD1\0\0", CALLING, "filled up with NUL"),
        (b"OSTEONODE", b"MO\\D1", CALLING, "backslash"),
        (b"OSTEONODE", b"\tMOD1", CALLING, "control character"),
        (b"OSTEO\xc3\x96", b"MOD1", CALLED, "beyond ASCII"),
    ],
)
def test_what_is_no_title_is_refused_in_words(
    called: bytes, calling: bytes, rejection: Rejection | None, words: str
) -> None:
    refusal = refuse_written(request(called, calling), "10.1.2.3")
    assert (refusal.rejection if refusal else None) is rejection
    assert refusal is None or (words in refusal.explanation and "10.1.2.3" in refusal.explanation)


@pytest.mark.parametrize("written", [b"MOD1\0\0\0", b"MOD1\0left over" + b"\0", b"MOD1"])
def test_a_title_that_is_filled_up_with_nul_is_taken_where_the_site_says_so(written: bytes) -> None:
    mended = end_at_nul(request(b"OSTEONODE\0", written))
    assert mended == request(b"OSTEONODE", b"MOD1")
    assert refuse_written(mended, "10.1.2.3") is None
    assert refuse_written(end_at_nul(request(b"OSTEONODE", b"\0" * 16)), "10.1.2.3") is not None


def test_the_rejection_is_ten_bytes_with_the_numbers_of_the_standard() -> None:
    assert encode_rejection(CALLING) == b"\3\0\0\0\0\4\0\1\1\3"
