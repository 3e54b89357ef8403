"""What a person may ask for: an answer is taken back, or the images are read again; each is a version of its own."""

import pytest
from sqlalchemy import Engine

from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.requests import NOT_SENT
from dicom_node.ledger.upgrading import migrate
from dicom_node.ports import Recorded
from domain.correction import Retraction, RetractionReason, Superseded
from domain.delivery import Attempt, DeliveryState, Outcome, Receipt, rejection
from domain.document import DocumentKind
from domain.errors import DocumentError, InterventionRefused
from domain.explanation import ExplanationState
from domain.study import CompletionRule, StudyState
from tests.fakes.answered import answer, close, make_document, say
from tests.fakes.arrivals import arrive
from tests.fakes.old_ledgers import make_old
from tests.fakes.starts import FakeStarts

RETRACTION = Retraction(RetractionReason.WRONG_SIDE, "head of radiology", "left is right")


def keep_retraction(ledger: Ledger, version: int = 2, study: str = "1") -> None:
    ledger.keep_answer(f"1.{study}", version, [make_document(study, version)], findings=say(study), recipients=["pacs"])


def deliver(ledger: Ledger, version: int = 1, *, status: str = "ok", followed_by: str = "") -> None:
    sent = Receipt(make_document("1", version).identifier, Outcome.DELIVERED, status)
    delivery = ledger.delivery("1.1", version, "pacs")
    ledger.keep_attempt(delivery, Attempt((sent,)), retry_after_seconds=None, followed_by=followed_by)


def test_an_answer_is_taken_back_by_a_version_of_its_own(
    ledger: Ledger, view: LedgerView, interventions: Interventions, starts: FakeStarts
) -> None:
    answer(ledger)
    assert interventions.retract("1.1", RETRACTION) == 2
    assert starts.answers[-1] == ("1.1", 2, 1, 0.0)
    assert ledger.retraction("1.1", 2) == RETRACTION
    assert ledger.retraction("1.1", 1) is None
    keep_retraction(ledger)
    (line,) = view.studies()
    assert (line.study.state, line.study.closed_by) == (StudyState.RETRACTED, CompletionRule.ON_REQUEST)


def test_what_waits_of_a_retracted_answer_is_not_sent_and_cannot_be_released(
    ledger: Ledger, interventions: Interventions, starts: FakeStarts
) -> None:
    answer(ledger)
    interventions.retract("1.1", RETRACTION)
    held = ledger.delivery("1.1", 1, "pacs")
    assert (held.state, held.explanation) == (DeliveryState.HELD, NOT_SENT)
    starts.deliveries.clear()
    assert (interventions.release("1.1"), interventions.retry_delivery("1.1")) == (0, 0)
    keep_retraction(ledger)
    assert [(each.version, each.destination) for each, _ in starts.deliveries] == [(2, "pacs")]


def test_a_person_is_told_why_nothing_can_be_retracted(ledger: Ledger, interventions: Interventions) -> None:
    ledger.record_instance(arrive("1", "1"))
    with pytest.raises(InterventionRefused, match="being made"):
        interventions.retract("1.1", RETRACTION)
    close(ledger)
    ledger.hold_study("1.1", 1, DocumentError("held"))
    with pytest.raises(InterventionRefused, match="no answer yet"):
        interventions.retract("1.1", RETRACTION)
    answer(ledger, "2")
    interventions.retract("1.2", RETRACTION)
    with pytest.raises(InterventionRefused, match="reread"):
        interventions.retract("1.2", RETRACTION)


def test_a_duplicate_of_a_retracted_study_is_told_apart_and_opens_nothing(
    ledger: Ledger, interventions: Interventions
) -> None:
    answer(ledger)
    assert ledger.record_instance(arrive("1", "1")) is Recorded.DUPLICATE
    interventions.retract("1.1", RETRACTION)
    assert ledger.record_instance(arrive("1", "1")) is Recorded.RETRACTED
    assert ledger.open_studies() == []


def test_a_new_image_of_a_retracted_study_is_kept_and_waits_for_a_person(
    ledger: Ledger, view: LedgerView, interventions: Interventions, starts: FakeStarts
) -> None:
    answer(ledger)
    interventions.retract("1.1", RETRACTION)
    keep_retraction(ledger)
    planned = len(starts.answers)
    assert ledger.record_instance(arrive("1", "2", seconds=9)) is Recorded.NEW
    assert ledger.close_study(ledger.open_studies()[0], CompletionRule.QUIET_TIME) is StudyState.HELD
    (line,) = view.studies()
    assert (line.study.state, len(starts.answers)) == (StudyState.HELD, planned)
    assert "osteonode release" in line.held_reason
    assert interventions.release("1.1") == 1
    assert starts.answers[-1] == ("1.1", 3, 1, 0.0)


def test_a_second_new_image_does_not_undo_the_retraction_either(ledger: Ledger, interventions: Interventions) -> None:
    answer(ledger)
    interventions.retract("1.1", RETRACTION)
    keep_retraction(ledger)
    for image in "23":
        ledger.record_instance(arrive("1", image, seconds=int(image)))
        assert ledger.close_study(ledger.open_studies()[0], CompletionRule.QUIET_TIME) is StudyState.HELD


def test_a_study_is_read_again_when_a_person_asks(
    ledger: Ledger, interventions: Interventions, starts: FakeStarts
) -> None:
    answer(ledger)
    interventions.retract("1.1", RETRACTION)
    with pytest.raises(InterventionRefused, match="being made"):
        interventions.reread("1.1")
    keep_retraction(ledger)
    assert interventions.reread("1.1") == 3
    assert starts.answers[-1] == ("1.1", 3, 1, 0.0)
    assert ledger.superseded("1.1", 3) == Superseded(2, retracted=True)
    assert ledger.record_instance(arrive("1", "1")) is Recorded.RETRACTED


def test_after_another_reading_late_images_are_read_as_ever(ledger: Ledger, interventions: Interventions) -> None:
    answer(ledger)
    interventions.retract("1.1", RETRACTION)
    keep_retraction(ledger)
    interventions.reread("1.1")
    keep_retraction(ledger, 3)
    ledger.record_instance(arrive("1", "2", seconds=9))
    assert ledger.close_study(ledger.open_studies()[0], CompletionRule.QUIET_TIME) is StudyState.COMPLETE


def test_a_held_version_is_released_and_not_read_again(ledger: Ledger, interventions: Interventions) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.hold_study("1.1", 1, DocumentError("held"))
    with pytest.raises(InterventionRefused, match="release"):
        interventions.reread("1.1")


def test_a_held_version_that_was_superseded_stays_held(ledger: Ledger, interventions: Interventions) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.hold_study("1.1", 1, DocumentError("held"))
    answer(ledger, version=2)
    assert interventions.release("1.1") == 0


def test_what_a_version_said_comes_back_whole_for_the_next(ledger: Ledger) -> None:
    answer(ledger)
    assert ledger.superseded("1.1", 1) is None
    assert ledger.superseded("1.1", 2) == Superseded(1, say("1"))


def test_a_ledger_that_kept_no_findings_is_brought_up_and_says_that_it_does_not_know(
    engine: Engine, ledger: Ledger
) -> None:
    answer(ledger)
    make_old(engine, 2, tables=["answer", "retraction"])
    migrate(engine)
    assert ledger.superseded("1.1", 2) == Superseded(1, None)


def test_images_keep_their_order_when_a_late_one_sorts_before_them(ledger: Ledger) -> None:
    answer(ledger, image="5")
    ledger.record_instance(arrive("1", "2", seconds=9))
    assert [each.sop_instance_uid for each in ledger.instances("1.1", 2)] == ["1.1.1.5", "1.1.1.2"]


def test_only_what_a_destination_has_is_to_be_rejected_there(ledger: Ledger) -> None:
    (document,) = answer(ledger, recipients=["pacs", "archive"])
    deliver(ledger)
    answer(ledger, version=2, recipients=["pacs", "archive"])
    assert list(ledger.sent_documents("1.1", 2, "pacs")) == [document]
    assert list(ledger.sent_documents("1.1", 2, "archive")) == []


def test_a_document_that_another_stood_in_for_is_not_to_be_rejected(ledger: Ledger) -> None:
    answer(ledger)
    deliver(ledger, status="not sent: another one goes in its place: 0x0000 Success")
    answer(ledger, version=2)
    assert list(ledger.sent_documents("1.1", 2, "pacs")) == []


def test_a_note_opens_once_the_answer_is_delivered_and_what_it_rejected_is_not_rejected_again(
    ledger: Ledger, starts: FakeStarts
) -> None:
    answer(ledger)
    deliver(ledger)
    answer(ledger, version=2)
    note = rejection("pacs")
    deliver(ledger, 2, followed_by=note)
    deliver(ledger, 2, followed_by=note)
    assert [each.destination for each, _ in starts.deliveries].count(note) == 1
    told = Attempt((Receipt("1.9", Outcome.DELIVERED, "ok"),))
    ledger.keep_attempt(ledger.delivery("1.1", 2, note), told, retry_after_seconds=None)
    answer(ledger, version=3)
    assert [each.version for each in ledger.sent_documents("1.1", 3, "pacs")] == [2]


def test_an_explanation_that_was_made_while_its_answer_was_retracted_goes_nowhere(
    ledger: Ledger, interventions: Interventions, starts: FakeStarts
) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    asked = {"recipients": ["pacs"], "explained_to": ["pacs"]}
    ledger.keep_answer("1.1", 1, [make_document("1")], findings=say("1"), **asked)
    deliver(ledger)
    explanation = ledger.explanation("1.1", 1)
    assert explanation is not None
    interventions.retract("1.1", RETRACTION)
    starts.deliveries.clear()
    ledger.keep_explanation(explanation, [make_document("1", kind=DocumentKind.LIME_CAPTURE)])
    after = ledger.explanation("1.1", 1)
    assert after is not None
    assert (after.state, starts.deliveries, len(ledger.documents("1.1", 1))) == (ExplanationState.SUPERSEDED, [], 1)
