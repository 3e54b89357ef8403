from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import generate_latest

from dicom_node.monitoring.exposition import make_registry
from dicom_node.monitoring.happenings import Happenings
from dicom_node.monitoring_ports import AnswerEnd, AttemptEnd, CommitmentEnd, ReadingEnd
from tests.fakes.measured_ledger import FakeMeasuredLedger
from tests.fakes.scrape import parse_samples, sample

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def ledger() -> FakeMeasuredLedger:
    return FakeMeasuredLedger()


def page_of(ledger: FakeMeasuredLedger, *, updates: int = 1) -> str:
    registry = make_registry()
    happenings = Happenings(ledger, registry, START, ["pacs"])
    for _ in range(updates):
        happenings.update()
    return generate_latest(registry).decode()


def test_readings_are_counted_by_status_and_reason_and_each_once(ledger: FakeMeasuredLedger) -> None:
    ledger.kept_readings = [
        ReadingEnd("a", at(3), at(1), "read", "", {"detector": 40.0, "classifier": 9.0}),
        ReadingEnd("b", at(4), at(1), "failed", "reader-crashed", {}),
        ReadingEnd("c", at(4), None, "failed", "reader-crashed", {}),
    ]
    page = page_of(ledger, updates=3)
    assert sample(page, "osteonode_readings_total", status="read") == 1
    assert sample(page, "osteonode_readings_total", status="not_analysed") == 0
    assert sample(page, "osteonode_not_analysed_total", reason="reader-crashed") == 2
    assert sample(page, "osteonode_reading_duration_seconds_sum") == 5
    assert sample(page, "osteonode_model_duration_seconds_sum", model="detector") == pytest.approx(0.04)


def test_the_stages_of_an_answer_follow_each_other_and_add_up(ledger: FakeMeasuredLedger) -> None:
    ledger.kept_answers = [AnswerEnd("1:1", at(40), at(0), at(5), at(35), "quiet_time", at(38))]
    page = page_of(ledger)
    name = "osteonode_stage_duration_seconds_sum"
    found = {stage: sample(page, name, stage=stage, destination="") for stage in ("complete", "read", "composed")}
    assert found == {"complete": 30, "read": 3, "composed": 2}
    assert sample(page, "osteonode_studies_answered_total", closed_by="quiet_time") == 1


@pytest.mark.parametrize("last_read_at", [None, at(20)])
def test_images_that_were_read_before_the_study_closed_take_no_time(
    ledger: FakeMeasuredLedger, last_read_at: datetime | None
) -> None:
    ledger.kept_answers = [AnswerEnd("1:1", at(40), at(0), at(5), at(35), "quiet_time", last_read_at)]
    page = page_of(ledger)
    assert sample(page, "osteonode_stage_duration_seconds_sum", stage="read", destination="") == 0
    assert sample(page, "osteonode_stage_duration_seconds_sum", stage="composed", destination="") == 5


def test_deliveries_count_every_attempt_and_time_the_one_that_arrived(ledger: FakeMeasuredLedger) -> None:
    ledger.kept_attempts = [
        AttemptEnd("1", at(41), "pacs", "retry", at(5), at(40)),
        AttemptEnd("2", at(47), "pacs", "delivered", at(5), at(40)),
    ]
    page = page_of(ledger)
    name = "osteonode_delivery_attempts_total"
    found = {outcome: sample(page, name, destination="pacs", outcome=outcome) for outcome in ("retry", "delivered")}
    assert found == {"retry": 1, "delivered": 1}
    assert sample(page, name, destination="pacs", outcome="refused") == 0
    assert sample(page, "osteonode_turnaround_seconds_sum", destination="pacs") == 42
    assert sample(page, "osteonode_stage_duration_seconds_sum", stage="delivered", destination="pacs") == 7


def test_commitment_is_timed_from_the_delivery(ledger: FakeMeasuredLedger) -> None:
    ledger.kept_commitments = [CommitmentEnd("1", at(90), "pacs", at(47)), CommitmentEnd("2", at(91), "pacs", None)]
    page = page_of(ledger)
    assert sample(page, "osteonode_stage_duration_seconds_sum", stage="committed", destination="pacs") == 43
    assert sample(page, "osteonode_stage_duration_seconds_count", stage="committed", destination="pacs") == 1


def test_what_ended_before_the_node_started_is_not_counted(ledger: FakeMeasuredLedger) -> None:
    ledger.kept_readings = [ReadingEnd("a", at(-1), at(-2), "read", "", {})]
    assert sample(page_of(ledger), "osteonode_readings_total", status="read") == 0


def test_a_clock_that_was_set_back_gives_no_negative_time(ledger: FakeMeasuredLedger) -> None:
    ledger.kept_readings = [ReadingEnd("a", at(3), at(9), "read", "", {})]
    assert all(value >= 0 for value in parse_samples(page_of(ledger)).values())
