from datetime import UTC, datetime, timedelta

import pytest

from dicom_node.monitoring.tracing.following_studies import MOST_WAITING, FollowingStudies
from dicom_node.monitoring.tracing.spans import Span
from dicom_node.monitoring_ports import AnswerEnd, AttemptEnd, CommitmentEnd
from tests.fakes.measured_ledger import FakeMeasuredLedger

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ANSWER = AnswerEnd("1.2:1", START, START, START, START, "quiet_time", None)


class FakeCollector:
    def __init__(self) -> None:
        self.answers, self.taken = True, list[str]()

    def take(self, spans: list[Span]) -> bool:
        if self.answers:
            self.taken += [each.place.partition(" ")[0] for each in spans]
        return self.answers


@pytest.fixture
def ledger() -> FakeMeasuredLedger:
    ledger = FakeMeasuredLedger()
    ledger.kept_answers = [ANSWER]
    return ledger


def test_what_ended_is_sent_once(ledger: FakeMeasuredLedger) -> None:
    collector = FakeCollector()
    studies = FollowingStudies(ledger, collector, START)
    assert studies.send() == 4
    ledger.kept_attempts = [AttemptEnd("1.2:1:pacs:1", START, "pacs", "delivered", START, START, START)]
    ledger.kept_commitments = [CommitmentEnd("1.2:1:pacs", START, "pacs", START)]
    assert studies.send() == 2
    assert studies.send() == 0
    assert collector.taken == ["study", "receive", "complete", "compose", "deliver", "commit"]


def test_a_collector_that_is_away_gets_everything_when_it_is_back(
    ledger: FakeMeasuredLedger, caplog: pytest.LogCaptureFixture
) -> None:
    collector = FakeCollector()
    studies = FollowingStudies(ledger, collector, START)
    collector.answers = False
    assert (studies.send(), studies.send(), studies.is_taken) == (0, 0, False)
    collector.answers = True
    assert studies.send() == 4
    assert caplog.text.count("traces wait") == 1


def test_what_waits_is_bounded_and_sent_in_pieces(ledger: FakeMeasuredLedger) -> None:
    number = MOST_WAITING + 100
    ledger.kept_answers = []
    ledger.kept_attempts = [
        AttemptEnd(f"1.{each}:1:pacs:1", START + timedelta(seconds=each), "pacs", "retry", START, START, START)
        for each in range(number)
    ]
    collector = FakeCollector()
    assert FollowingStudies(ledger, collector, START).send() == MOST_WAITING
