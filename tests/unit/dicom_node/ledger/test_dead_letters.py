from datetime import UTC, datetime

import pytest

from dicom_node.ledger.dead_letters import Discard
from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.queries import LedgerView
from domain.delivery import Attempt, DeliveryState, Outcome, Receipt
from tests.fakes.answered import answer
from tests.fakes.clock import FakeClock
from tests.fakes.starts import FakeStarts

REFUSED = Attempt((Receipt("1.1.1.0", Outcome.REFUSED, "0x0122"),), "Enable this SOP class there.")


def fail(ledger: Ledger, study: str = "1", destination: str = "pacs", version: int = 1) -> None:
    """Let a delivery fail for good."""
    delivery = ledger.delivery(f"1.{study}", version, destination)
    ledger.keep_attempt(delivery, REFUSED, retry_after_seconds=None)


def keys(view: LedgerView, destination: str | None = None) -> list[tuple[str, str]]:
    letters = view.dead_letters(destination)
    return [(each.delivery.study_instance_uid, each.delivery.destination) for each in letters]


def test_what_failed_is_listed_the_longest_held_first_with_age_and_reason(
    ledger: Ledger, view: LedgerView, clock: FakeClock
) -> None:
    for study in "12":
        answer(ledger, study=study, recipients=["pacs", "ris"])
    fail(ledger, "2")
    failed_at = clock.now()
    clock.advance(60)
    fail(ledger, "1", "ris")
    assert keys(view) == [("1.2", "pacs"), ("1.1", "ris")]
    assert keys(view, "ris") == [("1.1", "ris")]
    first = view.dead_letters()[0]
    assert (first.since, first.delivery.explanation) == (failed_at, REFUSED.explanation)


def test_what_a_person_held_is_none_and_stays_held(
    ledger: Ledger, view: LedgerView, interventions: Interventions
) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    fail(ledger)
    interventions.hold("1.1", "ris")
    assert keys(view) == [("1.1", "pacs")]
    assert interventions.replay() == 1
    assert ledger.delivery("1.1", 1, "ris").state is DeliveryState.HELD


@pytest.mark.parametrize(
    ("study", "destination", "replayed"),
    [("1.1", None, 2), (None, "pacs", 2), ("1.2", "pacs", 1), (None, None, 4), ("1.9", None, 0)],
)
def test_one_study_one_destination_or_all_are_sent_again_with_a_fresh_count(
    ledger: Ledger,
    interventions: Interventions,
    starts: FakeStarts,
    study: str | None,
    destination: str | None,
    replayed: int,
) -> None:
    for each in "12":
        answer(ledger, study=each, recipients=["pacs", "ris"])
        fail(ledger, each, "pacs")
        fail(ledger, each, "ris")
    starts.deliveries = []
    assert interventions.replay(study, destination) == replayed
    assert len(starts.deliveries) == replayed
    assert {delivery.attempts for delivery, _ in starts.deliveries} <= {0}


def test_what_a_later_version_took_the_place_of_is_none(ledger: Ledger, view: LedgerView) -> None:
    answer(ledger, image="1")
    fail(ledger)
    answer(ledger, version=2, image="2")
    delivered = Attempt((Receipt("1.1.2.0", Outcome.DELIVERED, "ok"),))
    ledger.keep_attempt(ledger.delivery("1.1", 2, "pacs"), delivered, retry_after_seconds=None)
    assert keys(view) == []


def test_what_is_given_up_is_recorded_with_its_reason_and_never_sent(
    ledger: Ledger, view: LedgerView, interventions: Interventions
) -> None:
    answer(ledger)
    fail(ledger)
    assert interventions.discard("1.1", "pacs", "the old archive is gone", "PACS office") == 1
    assert (keys(view), interventions.replay(), interventions.retry_delivery("1.1")) == ([], 0, 0)
    assert ledger.delivery("1.1", 1, "pacs").state is DeliveryState.DISCARDED
    history = view.history("1.1")
    assert history is not None
    (kept,) = history.discards
    assert (kept.reason, kept.by) == ("the old archive is gone", "PACS office")
    assert "archive" not in repr(kept)


def test_a_later_version_goes_there_although_the_one_before_was_given_up(
    ledger: Ledger, interventions: Interventions, starts: FakeStarts
) -> None:
    answer(ledger, image="1")
    fail(ledger)
    interventions.discard("1.1", None, "not needed")
    answer(ledger, version=2, image="2")
    assert starts.deliveries[-1][0].version == 2
    assert ledger.routed_earlier("1.1", 2) == {"pacs": None}


@pytest.mark.parametrize(("reason", "by"), [("", ""), ("x" * 501, ""), ("two\nlines", ""), ("x", "y" * 65)])
def test_a_reason_is_one_line_that_is_there(reason: str, by: str) -> None:
    with pytest.raises(ValueError, match=r"reason|by"):
        Discard(1, "pacs", datetime.now(UTC), reason, by)
