import pytest

from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from domain.delivery import Attempt, Delivery, DeliveryState, Outcome, Receipt
from tests.fakes.answered import answer
from tests.fakes.clock import FakeClock
from tests.fakes.starts import FakeStarts

IDENTIFIER = "1.1.1.0"
DELIVERED = Attempt((Receipt(IDENTIFIER, Outcome.DELIVERED, "0x0000 Success"),))
DOWN = Attempt((Receipt(IDENTIFIER, Outcome.RETRY, "no connection"),), "Nobody answers at the archive.")
REFUSED = Attempt((Receipt(IDENTIFIER, Outcome.REFUSED, "0x0122"),), "Enable this SOP class there.")


def now(ledger: Ledger, version: int = 1, destination: str = "pacs") -> Delivery:
    return ledger.delivery("1.1", version, destination)


def test_an_answer_starts_one_delivery_for_each_recipient(ledger: Ledger, starts: FakeStarts) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    assert [(delivery.destination, delivery.turn) for delivery, _ in starts.deliveries] == [("pacs", 1), ("ris", 1)]


def test_a_successful_attempt_ends_the_delivery_and_keeps_the_receipt(ledger: Ledger) -> None:
    answer(ledger)
    ledger.keep_attempt(now(ledger), DELIVERED, retry_after_seconds=None)
    delivery = now(ledger)
    assert (delivery.state, delivery.attempts, delivery.receipts) == (DeliveryState.DELIVERED, 1, DELIVERED.receipts)
    assert ledger.started_deliveries() == []


def test_a_failed_attempt_is_planned_again_and_says_when_and_why(
    ledger: Ledger, starts: FakeStarts, clock: FakeClock
) -> None:
    answer(ledger)
    ledger.keep_attempt(now(ledger), DOWN, retry_after_seconds=5.0)
    delivery = now(ledger)
    assert (delivery.state, delivery.attempts, delivery.turn) == (DeliveryState.WAITING, 1, 2)
    assert (delivery.explanation, starts.deliveries[-1]) == (DOWN.explanation, (delivery, 5.0))
    clock.advance(5.0)
    assert delivery.next_attempt_at == clock.now()


@pytest.mark.parametrize("attempt", [DOWN, REFUSED])
def test_without_a_next_attempt_it_is_held_for_a_person(ledger: Ledger, attempt: Attempt) -> None:
    answer(ledger)
    ledger.keep_attempt(now(ledger), attempt, retry_after_seconds=None)
    assert now(ledger).state is DeliveryState.HELD


def test_one_attempt_kept_twice_counts_once(ledger: Ledger, starts: FakeStarts, view: LedgerView) -> None:
    answer(ledger)
    planned = now(ledger)
    ledger.keep_attempt(planned, DOWN, retry_after_seconds=5.0)
    ledger.keep_attempt(planned, DOWN, retry_after_seconds=5.0)
    history = view.history("1.1")
    assert history is not None
    assert (now(ledger).attempts, len(starts.deliveries), len(history.attempts)) == (1, 2, 1)


def test_one_destination_knows_nothing_of_another(ledger: Ledger) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    ledger.keep_attempt(now(ledger), REFUSED, retry_after_seconds=None)
    assert now(ledger, destination="ris").state is DeliveryState.WAITING


def test_a_later_version_waits_for_the_earlier_one_at_the_same_destination(ledger: Ledger, starts: FakeStarts) -> None:
    answer(ledger, image="1")
    answer(ledger, version=2, image="2")
    assert [(each.version, delay) for each, delay in starts.deliveries] == [(1, 0.0)]
    ledger.keep_attempt(now(ledger), DOWN, retry_after_seconds=5.0)
    assert [each.version for each, _ in starts.deliveries] == [1, 1]
    ledger.keep_attempt(now(ledger), DELIVERED, retry_after_seconds=None)
    assert [each.version for each, _ in starts.deliveries] == [1, 1, 2]


def test_a_held_version_does_not_hold_its_successor(ledger: Ledger, starts: FakeStarts) -> None:
    answer(ledger, image="1")
    ledger.keep_attempt(now(ledger), REFUSED, retry_after_seconds=None)
    answer(ledger, version=2, image="2")
    assert [each.version for each, _ in starts.deliveries] == [1, 2]


def test_a_person_retries_a_held_delivery_with_a_fresh_count(
    ledger: Ledger, interventions: Interventions, starts: FakeStarts
) -> None:
    answer(ledger)
    ledger.keep_attempt(now(ledger), REFUSED, retry_after_seconds=None)
    assert interventions.retry_delivery("1.1", "pacs") == 1
    delivery = now(ledger)
    assert (delivery.state, delivery.attempts, delivery.turn) == (DeliveryState.WAITING, 0, 2)
    assert starts.deliveries[-1] == (delivery, 0.0)


def test_retrying_now_makes_the_planned_attempt_void(ledger: Ledger, interventions: Interventions) -> None:
    answer(ledger)
    planned = now(ledger)
    interventions.retry_delivery("1.1")
    ledger.keep_attempt(planned, DOWN, retry_after_seconds=5.0)
    assert (now(ledger).turn, now(ledger).attempts) == (2, 0)


def test_what_was_delivered_is_delivered_although_somebody_held_it_meanwhile(
    ledger: Ledger, interventions: Interventions
) -> None:
    answer(ledger)
    planned = now(ledger)
    assert interventions.hold("1.1") == 1
    assert now(ledger).state is DeliveryState.HELD
    ledger.keep_attempt(planned, DELIVERED, retry_after_seconds=None)
    assert now(ledger).state is DeliveryState.DELIVERED


def test_a_superseded_version_is_not_sent_after_its_successor(ledger: Ledger, interventions: Interventions) -> None:
    answer(ledger, image="1")
    ledger.keep_attempt(now(ledger), REFUSED, retry_after_seconds=None)
    answer(ledger, version=2, image="2")
    second = now(ledger, version=2)
    ledger.keep_attempt(second, Attempt((Receipt("1.1.2.0", Outcome.DELIVERED, "ok"),)), retry_after_seconds=None)
    assert interventions.release("1.1") == 0
    assert now(ledger).state is DeliveryState.HELD


def test_releasing_two_held_versions_sends_the_earlier_one_first(
    ledger: Ledger, interventions: Interventions, starts: FakeStarts
) -> None:
    answer(ledger, image="1")
    answer(ledger, version=2, image="2")
    interventions.hold("1.1")
    assert interventions.release("1.1", "pacs") == 2
    assert starts.deliveries[-1][0].version == 1
    ledger.keep_attempt(now(ledger), DELIVERED, retry_after_seconds=None)
    assert starts.deliveries[-1][0].version == 2


def test_a_delivery_whose_attempt_was_lost_is_planned_once_more(ledger: Ledger, starts: FakeStarts) -> None:
    answer(ledger)
    (lost,) = ledger.started_deliveries()
    ledger.replan_delivery(lost)
    ledger.replan_delivery(lost)
    assert [each.turn for each, _ in starts.deliveries] == [1, 2]


def test_unfinished_deliveries_are_listed_with_their_explanation(ledger: Ledger, view: LedgerView) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    ledger.keep_attempt(now(ledger), REFUSED, retry_after_seconds=None)
    ledger.keep_attempt(now(ledger, destination="ris"), DELIVERED, retry_after_seconds=None)
    (held,) = view.unfinished_deliveries()
    assert (held.destination, held.explanation) == ("pacs", REFUSED.explanation)
