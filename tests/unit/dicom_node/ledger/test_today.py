from datetime import timedelta

import pytest
from sqlalchemy import Engine

from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.today import DayBook
from dicom_node.ports import ReadImage
from domain.breaker import BreakerState
from domain.delivery import Attempt, Outcome, Receipt
from domain.errors import DocumentError
from domain.study import CompletionRule
from tests.fakes.answered import answer, close
from tests.fakes.arrivals import BEGIN, arrive
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import make_reading

LATER = BEGIN + timedelta(hours=2, minutes=5)


@pytest.fixture
def day(engine: Engine) -> DayBook:
    return DayBook(engine, ["pacs"])


def test_a_day_without_images_has_numbers_of_nothing(day: DayBook) -> None:
    today = day.today(BEGIN, LATER)
    assert (today.images, today.received, today.answered, today.latency.p50_seconds) == (0, 0, 0, None)
    assert [(each.name, each.state) for each in today.destinations] == [("pacs", BreakerState.CLOSED)]
    assert [hour.received for hour in today.hours] == [0, 0, 0]


def test_images_and_answers_are_counted_from_the_beginning_of_the_day(
    ledger: Ledger, clock: FakeClock, day: DayBook
) -> None:
    ledger.record_instance(arrive("0", "1", seconds=-60))
    ledger.record_instance(arrive("1", "1", seconds=10))
    ledger.record_instance(arrive("1", "2", seconds=4000))
    today = day.today(BEGIN, LATER)
    assert (today.images, today.received) == (2, 1)
    assert [hour.received for hour in today.hours] == [1, 1, 0]
    assert (today.taking.number, today.taking.study_instance_uid) == (2, "1.0")  # the oldest open one
    assert today.taking.since == BEGIN - timedelta(seconds=60)


def test_what_is_read_on_a_day_counts_although_it_came_the_day_before(ledger: Ledger, day: DayBook) -> None:
    image = arrive("1", "1", seconds=-60)
    ledger.record_instance(image)
    ledger.keep_reading(image.sha256, ReadImage(make_reading(image.sop_instance_uid, "1.2")))
    today = day.today(BEGIN, LATER)
    assert (today.images, today.read, today.unread) == (0, 1, 0)


def test_the_latency_is_that_of_answers_to_images_and_of_no_request(
    ledger: Ledger, interventions: Interventions, clock: FakeClock, day: DayBook
) -> None:
    answer(ledger)
    interventions.reread("1.1")
    ledger.keep_answer("1.1", 2, (), findings=ledger.findings("1.1", 1), recipients=())  # type: ignore[arg-type]
    today = day.today(BEGIN - timedelta(days=1), clock.now())
    waited = (clock.now() - BEGIN - timedelta(seconds=1)).total_seconds()
    assert (today.answered, today.latency.number) == (2, 1)
    assert today.latency.p50_seconds == today.latency.p95_seconds == pytest.approx(max(0.0, waited))


def test_what_waits_and_what_failed_stands_with_the_oldest_of_it(
    ledger: Ledger, clock: FakeClock, day: DayBook
) -> None:
    answer(ledger, recipients=["pacs", "ris"])
    refused = Attempt((Receipt("1.1", Outcome.REFUSED, "0xA900"),), "it refuses")
    ledger.keep_attempt(ledger.delivery("1.1", 1, "ris"), refused, retry_after_seconds=None)
    today = day.today(BEGIN, clock.now())
    assert (today.sending.number, today.failed.number, today.refused_attempts) == (1, 1, 1)
    assert today.failed.study_instance_uid == "1.1"
    assert [(each.name, each.waiting, each.held) for each in today.destinations] == [("pacs", 1, 0), ("ris", 0, 1)]


def test_what_a_person_holds_did_not_fail(ledger: Ledger, interventions: Interventions, day: DayBook) -> None:
    answer(ledger)
    interventions.hold("1.1")
    assert day.today(BEGIN, LATER).failed.number == 0


def test_a_held_version_waits_until_a_later_one_supersedes_it(ledger: Ledger, day: DayBook) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.hold_study("1.1", 1, DocumentError("does not conform"))
    assert day.today(BEGIN, LATER).held.number == 1
    ledger.record_instance(arrive("1", "2", seconds=9))
    assert day.today(BEGIN, LATER).held.number == 0
    assert ledger.close_study(ledger.open_studies()[0], CompletionRule.HARD_CAP)
    assert day.today(BEGIN, LATER).answering.number == 1
