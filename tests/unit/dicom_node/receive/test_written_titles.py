"""AE titles before anything decodes them."""

import pytest

from dicom_node.receive.admission import Rejection
from dicom_node.receive.written_titles import encode_rejection, refuse_written

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


def test_the_rejection_is_ten_bytes_with_the_numbers_of_the_standard() -> None:
    assert encode_rejection(CALLING) == b"\3\0\0\0\0\4\0\1\1\3"
