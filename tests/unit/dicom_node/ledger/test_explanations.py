from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from dicom_node.ledger.database import writing
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from dicom_node.ledger.tables import SCHEMA_VERSION
from dicom_node.ledger.upgrading import migrate
from domain.delivery import Attempt, Delivery, DeliveryState, Outcome, Receipt
from domain.document import DocumentKind
from domain.explanation import Explanation, ExplanationState
from tests.fakes.answered import close, make_document, say
from tests.fakes.arrivals import arrive
from tests.fakes.old_ledgers import make_old
from tests.fakes.starts import FakeStarts

CAPTURE = make_document("1", kind=DocumentKind.LIME_CAPTURE)


def answer(ledger: Ledger, *, recipients: tuple[str, ...] = ("pacs", "ris")) -> Explanation:
    """Answer study 1, which is to be explained to the archive."""
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.keep_answer("1.1", 1, [make_document("1")], findings=say("1"), recipients=recipients, explained_to=["pacs"])
    return present(ledger)


def present(ledger: Ledger) -> Explanation:
    explanation = ledger.explanation("1.1", 1)
    assert explanation is not None
    return explanation


def attempt(ledger: Ledger, destination: str, outcome: Outcome) -> None:
    """Let one attempt end; one worth a retry is tried again in a second."""
    delivery = ledger.delivery("1.1", 1, destination)
    ended = Attempt((Receipt("1", outcome, "scripted"),), "scripted")
    ledger.keep_attempt(delivery, ended, retry_after_seconds=1.0 if outcome is Outcome.RETRY else None)


@pytest.mark.parametrize(
    ("pacs", "ris", "starts_now"),
    [
        (Outcome.DELIVERED, Outcome.DELIVERED, True),
        (Outcome.DELIVERED, Outcome.RETRY, True),
        (Outcome.REFUSED, Outcome.DELIVERED, True),
        (Outcome.RETRY, Outcome.DELIVERED, False),
        (Outcome.DELIVERED, None, False),
        (None, Outcome.DELIVERED, False),
    ],
)
def test_it_starts_when_every_destination_was_tried_and_the_archive_has_the_answer(
    ledger: Ledger, starts: FakeStarts, pacs: Outcome | None, ris: Outcome | None, starts_now: bool
) -> None:
    answer(ledger)
    for destination, outcome in (("pacs", pacs), ("ris", ris)):
        if outcome is not None:
            attempt(ledger, destination, outcome)
    assert starts.explanations == ([("1.1", 1, 1, 0.0)] if starts_now else [])


def test_it_starts_once_however_often_the_answer_is_sent(ledger: Ledger, starts: FakeStarts) -> None:
    answer(ledger)
    for destination, outcome in (("pacs", Outcome.DELIVERED), ("ris", Outcome.RETRY), ("ris", Outcome.DELIVERED)):
        attempt(ledger, destination, outcome)
    assert len(starts.explanations) == 1


def test_where_the_answer_goes_nowhere_it_starts_with_it(ledger: Ledger, starts: FakeStarts) -> None:
    answer(ledger, recipients=())
    assert starts.explanations == [("1.1", 1, 1, 0.0)]


def test_its_documents_lie_beside_those_of_the_answer_and_both_stay(ledger: Ledger, tmp_path: Path) -> None:
    ledger.keep_explanation(answer(ledger), [CAPTURE])
    assert [each.kind for each in ledger.documents("1.1", 1)] == [
        DocumentKind.LIME_CAPTURE,
        DocumentKind.STRUCTURED_REPORT,
    ]
    assert {path.name for path in (tmp_path / "documents" / "1.1").iterdir()} == {"1", "1-later"}


def test_its_delivery_has_its_own_attempts_and_is_of_the_same_peer(ledger: Ledger, starts: FakeStarts) -> None:
    explanation = answer(ledger)
    attempt(ledger, "pacs", Outcome.DELIVERED)
    ledger.keep_explanation(explanation, [CAPTURE])
    later, _delay = starts.deliveries[-1]
    assert (later.destination, later.peer, later.is_later, later.attempts) == ("pacs:lime", "pacs", True, 0)
    assert ledger.delivery("1.1", 1, "pacs").state is DeliveryState.DELIVERED
    assert not ledger.delivery("1.1", 1, "pacs").is_later


def test_a_stale_plan_is_void(ledger: Ledger, starts: FakeStarts) -> None:
    answer(ledger, recipients=())
    explanation = present(ledger)
    ledger.postpone_explanation(explanation, delay_seconds=5.0)
    ledger.postpone_explanation(explanation, delay_seconds=5.0)
    assert starts.explanations[1:] == [("1.1", 1, 2, 5.0)]
    assert [each.turn for each in ledger.started_explanations()] == [2]


def test_what_has_ended_is_not_started_again_by_itself(ledger: Ledger, starts: FakeStarts) -> None:
    answer(ledger, recipients=())
    explanation = present(ledger)
    ledger.end_explanation(explanation, ExplanationState.FAILED, "a crash")
    ledger.postpone_explanation(explanation, delay_seconds=0.0)
    assert len(starts.explanations) == 1
    assert ledger.started_explanations() == []


def test_a_person_sees_why_there_is_none(ledger: Ledger, view: LedgerView) -> None:
    ledger.end_explanation(answer(ledger), ExplanationState.FAILED, "a crash")
    history = view.history("1.1")
    assert history is not None
    (line,) = history.explanations
    assert (line.version, line.state, line.reason) == (1, ExplanationState.FAILED, "a crash")
    assert line.ended_at is not None


def test_who_holds_a_destination_holds_its_explanations_too(
    ledger: Ledger, interventions: Interventions, starts: FakeStarts
) -> None:
    explanation = answer(ledger)
    attempt(ledger, "pacs", Outcome.DELIVERED)
    ledger.keep_explanation(explanation, [CAPTURE])
    assert interventions.hold("1.1", "pacs") == 1
    assert ledger.delivery("1.1", 1, "pacs:lime").state is DeliveryState.HELD
    assert interventions.release("1.1", "pacs") == 1


def test_two_documents_of_one_kind_keep_their_own_identity(ledger: Ledger) -> None:
    other = replace(CAPTURE, identifier="1.2.3")
    ledger.keep_explanation(answer(ledger), [CAPTURE, other])
    assert {each.identifier for each in ledger.documents("1.1", 1)} >= {CAPTURE.identifier, "1.2.3"}


def test_a_ledger_that_was_written_before_there_were_explanations_is_brought_up(engine: Engine) -> None:
    make_old(engine, 1, tables=["explanation"])
    migrate(engine)
    with writing(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM explanation")).scalar() == 0
        assert connection.execute(text("SELECT value FROM meta")).scalar() == str(SCHEMA_VERSION)


def test_no_destination_can_be_called_like_a_later_delivery() -> None:
    delivery = Delivery("1.1", 1, "lime", DeliveryState.WAITING)
    assert (delivery.is_later, delivery.peer) == (False, "lime")
