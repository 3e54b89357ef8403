import pytest

from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from domain.errors import DocumentError, LedgerError
from domain.study import CompletionRule, StudyState
from tests.fakes.answered import answer, close, make_document, say
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock
from tests.fakes.starts import FakeStarts


def test_closing_says_when_and_by_which_rule_and_starts_the_answer(
    ledger: Ledger, view: LedgerView, clock: FakeClock, starts: FakeStarts
) -> None:
    ledger.record_instance(arrive("1", "1"))
    assert ledger.close_study(ledger.open_studies()[0], CompletionRule.HARD_CAP)
    (line,) = view.studies()
    assert (line.study.state, line.study.closed_by) == (StudyState.COMPLETE, CompletionRule.HARD_CAP)
    assert line.study.closed_at == clock.now()
    assert starts.answers == [("1.1", 1, 1, 0.0)]


def test_a_study_is_closed_once(ledger: Ledger, starts: FakeStarts) -> None:
    ledger.record_instance(arrive("1", "1"))
    seen = ledger.open_studies()[0]
    assert ledger.close_study(seen, CompletionRule.QUIET_TIME)
    assert not ledger.close_study(seen, CompletionRule.QUIET_TIME)
    assert len(starts.answers) == 1


def test_an_image_that_came_since_keeps_the_study_open(ledger: Ledger, starts: FakeStarts) -> None:
    ledger.record_instance(arrive("1", "1"))
    seen = ledger.open_studies()[0]
    ledger.record_instance(arrive("1", "2", seconds=1))
    assert not ledger.close_study(seen, CompletionRule.QUIET_TIME)
    assert starts.answers == []


def test_a_version_waits_with_closing_until_the_one_before_is_answered(ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.record_instance(arrive("1", "2", seconds=1))
    assert not ledger.close_study(ledger.open_studies()[0], CompletionRule.QUIET_TIME)
    ledger.keep_answer("1.1", 1, [make_document("1")], findings=say("1"), recipients=[])
    assert ledger.close_study(ledger.open_studies()[0], CompletionRule.QUIET_TIME)


def test_an_answer_can_be_planned_again_later(ledger: Ledger, starts: FakeStarts) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.postpone_study("1.1", 1, turn=1, delay_seconds=4.0)
    assert starts.answers[-1] == ("1.1", 1, 2, 4.0)


def test_a_plan_that_is_past_postpones_nothing(ledger: Ledger, starts: FakeStarts) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.postpone_study("1.1", 1, turn=1, delay_seconds=4.0)
    ledger.postpone_study("1.1", 1, turn=1, delay_seconds=4.0)
    assert len(starts.answers) == 2


def test_a_held_study_says_why(ledger: Ledger, view: LedgerView) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.hold_study("1.1", 1, DocumentError("no code for the region", subject="1.1"))
    (line,) = view.studies()
    assert line.study.state is StudyState.HELD
    assert line.held_reason == "DOCUMENT: no code for the region (1.1)"
    assert ledger.unanswered() == []


def test_an_answered_study_cannot_be_held_any_more(ledger: Ledger, view: LedgerView) -> None:
    answer(ledger)
    ledger.hold_study("1.1", 1, DocumentError("too late"))
    assert view.studies()[0].study.state is StudyState.ANSWERED


def test_a_person_releases_a_held_study_and_it_is_answered_again(
    ledger: Ledger, interventions: Interventions, starts: FakeStarts
) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.hold_study("1.1", 1, DocumentError("a fault that an update mends"))
    assert interventions.release("1.1") == 1
    assert starts.answers[-1] == ("1.1", 1, 2, 0.0)
    assert ledger.unanswered()[0][1] == 2


def test_a_late_image_opens_a_held_study_as_the_next_version(ledger: Ledger) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.hold_study("1.1", 1, DocumentError("held"))
    ledger.record_instance(arrive("1", "2", seconds=9))
    assert [study.version for study in ledger.open_studies()] == [2]


def test_an_unknown_version_is_an_error_that_names_the_study(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"1\.9"):
        ledger.hold_study("1.9", 1, DocumentError("x"))
