import pytest

from dicom_node.receive.association_ends import ENDED_HERE, LOST, explain_end


@pytest.mark.parametrize(
    ("abort", "aborted_here", "code", "words"),
    [
        ((0, 0), False, "abort 0", "'CR1' at 10.1.2.3 broke the association (A-ABORT by the service-user)"),
        ((2, 2), True, "abort 2/2", "unexpected-PDU"),
        (None, True, ENDED_HERE, "limits.idle_seconds"),
        (None, False, LOST, "closed the connection without a release"),
    ],
)
def test_who_broke_off_is_told(abort: tuple[int, int] | None, aborted_here: bool, code: str, words: str) -> None:
    explanation = explain_end("'CR1' at 10.1.2.3", abort, aborted_here=aborted_here)
    assert explanation.code == code
    assert words in explanation.sentence
