"""What the ledger keeps of impressions: who worded them and why not the model, and nothing that was said."""

import pytest

from dicom_node.ledger.impressions import ImpressionLine
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from domain.impression import TOO_SLOW, Impression
from tests.fakes.answered import close, make_document, say
from tests.fakes.arrivals import arrive

ACCEPTED = Impression("phrases 1.0.0", text="What was said of this patient.")


def answer(ledger: Ledger, study: str, impression: Impression | None) -> None:
    ledger.record_instance(arrive(study, "1"))
    close(ledger, study)
    ledger.keep_answer(
        f"1.{study}", 1, [make_document(study)], findings=say(study), recipients=(), impression=impression
    )


def lines_of(view: LedgerView, study: str) -> tuple[ImpressionLine, ...]:
    history = view.history(f"1.{study}")
    assert history is not None
    return history.impressions


@pytest.mark.parametrize("impression", [ACCEPTED, Impression("phrases 1.0.0", refusal="otherwise:side")])
def test_a_study_tells_who_worded_its_impression(ledger: Ledger, view: LedgerView, impression: Impression) -> None:
    answer(ledger, "1", impression)
    assert lines_of(view, "1") == (ImpressionLine(1, "phrases 1.0.0", impression.refusal),)


def test_where_no_model_was_asked_nothing_is_kept(ledger: Ledger, view: LedgerView) -> None:
    answer(ledger, "1", None)
    assert lines_of(view, "1") == ()
    assert view.counts().impressions == {}


def test_refusals_are_counted_by_their_reason(ledger: Ledger, view: LedgerView) -> None:
    refusals = ("otherwise:side", TOO_SLOW, "otherwise:side")
    answers = [ACCEPTED, *(Impression("phrases 1.0.0", refusal=refusal) for refusal in refusals)]
    for number, impression in enumerate(answers, 1):
        answer(ledger, str(number), impression)
    assert view.counts().impressions == {"otherwise:side": 2, "": 1, TOO_SLOW: 1}


def test_an_answer_that_is_kept_again_counts_once(ledger: Ledger, view: LedgerView) -> None:
    answer(ledger, "1", ACCEPTED)
    ledger.keep_answer("1.1", 1, [make_document("1")], findings=say("1"), recipients=(), impression=ACCEPTED)
    assert view.counts().impressions == {"": 1}
