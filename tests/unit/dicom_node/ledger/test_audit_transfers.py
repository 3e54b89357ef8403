from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.ledger.audit_book import AuditBook
from dicom_node.ledger.audit_outbox import LedgerAuditOutbox
from dicom_node.ledger.audit_trail import LedgerAuditTrail
from dicom_node.ledger.audit_transfers import AuditTransfers
from dicom_node.ledger.ledger import Ledger
from domain.audit import AuditEvent, EventID, EventOutcome, Participant, Role
from domain.audit_templates import name_node, user_authentication
from domain.delivery import Attempt, Outcome, Receipt
from tests.fakes.answered import answer
from tests.fakes.clock import FakeClock

PACS = Participant("ARCHIVE", ("ARCHIVE",), role=Role.DESTINATION, address="127.0.0.1")


@pytest.fixture
def transfers(engine: Engine, clock: FakeClock) -> AuditTransfers:
    trail = LedgerAuditTrail(engine, clock)
    return AuditTransfers(engine, trail, clock, name_node("OSTEONODE"), {"pacs": PACS})


def told(engine: Engine) -> list[AuditEvent]:
    return [each.event for each in AuditBook(engine).after(0, 100)]


def attempt(ledger: Ledger, *outcomes: Outcome) -> None:
    receipts = tuple(Receipt(f"1.1.1.{number}", outcome, "as scripted") for number, outcome in enumerate(outcomes))
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), Attempt(receipts, "busy"), retry_after_seconds=60)


def test_what_came_in_is_told_when_its_study_closes_and_once(
    engine: Engine, ledger: Ledger, transfers: AuditTransfers, clock: FakeClock
) -> None:
    answer(ledger, "1")
    assert (transfers.look(), transfers.look()) == (1, 0)
    clock.advance(3600)
    assert transfers.look() == 0
    (event,) = told(engine)
    assert event.participants[0].user_id == "MODALITY"
    assert event.participants[1].ae_titles == ("OSTEONODE",)
    assert dict(event.studies[0].sop_classes) == {"1.2.840.10008.5.1.4.1.1.1": 1}


def test_what_went_out_is_told_with_each_attempt(engine: Engine, ledger: Ledger, transfers: AuditTransfers) -> None:
    answer(ledger, "1")
    attempt(ledger, Outcome.RETRY)
    transfers.look()
    attempt(ledger, Outcome.DELIVERED)
    assert transfers.look() == 1
    _received, failed, sent = told(engine)
    assert (failed.outcome, failed.explanation) == (EventOutcome.MINOR_FAILURE, "busy")
    assert (sent.outcome, sent.participants[1]) == (EventOutcome.SUCCESS, PACS)
    assert dict(sent.studies[0].sop_classes) == {"1.2.840.10008.5.1.4.1.1.88.34": 1}


def test_what_was_taken_and_what_was_refused_are_two_messages(
    engine: Engine, ledger: Ledger, transfers: AuditTransfers
) -> None:
    """PS3.15 A.5.2: not a single message with mixed results."""
    answer(ledger, "1")
    attempt(ledger, Outcome.DELIVERED, Outcome.REFUSED)
    transfers.look()
    assert [each.outcome for each in told(engine)[1:]] == [EventOutcome.SUCCESS, EventOutcome.SERIOUS_FAILURE]


def test_what_a_node_did_before_it_died_is_told_when_it_is_back(
    ledger: Ledger, transfers: AuditTransfers, clock: FakeClock
) -> None:
    transfers.look()
    clock.advance(30)
    answer(ledger, "1")
    clock.advance(86400)
    assert transfers.look() == 1
    clock.advance(86400)
    assert transfers.look() == 0


def test_a_message_that_leaves_is_an_export(engine: Engine, ledger: Ledger, clock: FakeClock) -> None:
    """PS3.15 A.5.3.4."""
    peers = {"pacs": Participant("10.0.0.1", role=Role.DESTINATION_MEDIA)}
    answer(ledger, "1")
    attempt(ledger, Outcome.DELIVERED)
    AuditTransfers(engine, LedgerAuditTrail(engine, clock), clock, name_node("OSTEONODE"), peers).look()
    assert [each.event_id for each in told(engine)] == [EventID.INSTANCES_TRANSFERRED, EventID.EXPORT]


def test_the_trail_is_its_own_queue(engine: Engine, clock: FakeClock, tmp_path: Path) -> None:
    trail, outbox = LedgerAuditTrail(engine, clock), LedgerAuditOutbox(engine)
    for number in range(5):
        trail.record(user_authentication(f"user {number}"))
    assert (outbox.waiting(), [number for number, _ in outbox.next(2)]) == (5, [1, 2])
    outbox.settle(2)
    outbox.skip(1)
    assert (outbox.waiting(), [event.who for _, event in outbox.next(9)]) == (2, ["user 3", "user 4"])
