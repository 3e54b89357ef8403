import pytest

from dicom_node.association_failures.aborts import ABORT_CODES, explain_abort


@pytest.mark.parametrize(
    ("source", "reason", "code", "words"),
    [
        (0, 6, "abort 0", "A-ABORT by the service-user"),
        (2, 0, "abort 2/0", "reason-not-specified"),
        (2, 6, "abort 2/6", "invalid-PDU-parameter-value"),
        (2, 3, "abort 2/0", "reserved"),
    ],
)
def test_an_abort_says_who_and_why_and_what_to_do(source: int, reason: int, code: str, words: str) -> None:
    explanation = explain_abort(source, reason, "PACS at 10.1.2.3:104")
    assert explanation.sentence.startswith("PACS at 10.1.2.3:104 broke the association (A-ABORT by the service-")
    assert words in explanation.said
    assert explanation.code == code
    assert code in ABORT_CODES
    assert "log" in explanation.change
