import pytest

from dicom_node.deliver.rejections import OUTCOMES, REASONS, RESULTS, Parties, explain_abort, explain_rejection
from domain.delivery import Outcome

PARTIES = Parties("OSTEONODE", "PACS", "10.1.2.3", 104)


@pytest.mark.parametrize(("source", "reason"), REASONS)
def test_every_row_of_the_table_gives_its_codes_its_word_and_advice(source: int, reason: int) -> None:
    sentence = explain_rejection(1, source, reason, PARTIES)
    assert sentence.startswith(
        f"PACS at 10.1.2.3:104 rejected the association (1/{source}/{reason}: rejected-permanent"
    )
    assert REASONS[source, reason][0] in sentence
    assert "{" not in sentence


def test_only_a_permanent_rejection_is_for_good() -> None:
    assert {RESULTS[result]: outcome for result, outcome in OUTCOMES.items()} == {
        "rejected-permanent": Outcome.REFUSED,
        "rejected-transient": Outcome.RETRY,
    }


def test_an_unknown_calling_title_is_named_and_placed() -> None:
    sentence = explain_rejection(1, 1, 3, PARTIES)
    assert "does not know calling AE title OSTEONODE: add it, with this node's address, to the peer's list" in sentence


def test_a_wrong_called_title_is_named() -> None:
    assert "the peer is not called PACS" in explain_rejection(1, 1, 7, PARTIES)


def test_codes_no_table_has_are_still_said() -> None:
    assert "(9/9/9: rejected, unknown source, reserved)" in explain_rejection(9, 9, 9, PARTIES)


@pytest.mark.parametrize(
    ("source", "reason", "words"),
    [(0, 6, "service-user"), (2, 0, "reason-not-specified"), (2, 6, "invalid-PDU-parameter-value"), (2, 3, "reserved")],
)
def test_an_abort_says_who_and_why(source: int, reason: int, words: str) -> None:
    assert words in explain_abort(source, reason)
