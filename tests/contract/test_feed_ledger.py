"""What following a feed may rely on, of the real ledger and of its fake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.feed_ports import FeedItem, FeedLedger, FeedPosition, Resource
from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.feeds import Feeds
from tests.fakes.clock import FakeClock
from tests.fakes.feed_ledger import FakeFeedLedger

SOURCE = "orthanc"
CAP = 300.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["ledger", "fake"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[FeedLedger]:
    if request.param == "fake":
        yield FakeFeedLedger(clock)
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield Feeds(engine, clock)
    engine.dispose()


def item(identifier: str, sequence: int = 1, resource: Resource = Resource.INSTANCE, source: str = SOURCE) -> FeedItem:
    return FeedItem(source, resource, identifier, sequence)


def names(ledger: FeedLedger, source: str = SOURCE) -> list[str]:
    return [each.identifier for each in ledger.due(source, 10, longest_wait_seconds=CAP)]


def test_a_feed_that_was_never_followed_has_no_position(ledger: FeedLedger) -> None:
    assert ledger.position(SOURCE) is None


def test_the_position_moves_with_what_was_noted_and_each_source_has_its_own(ledger: FeedLedger) -> None:
    ledger.advance(SOURCE, FeedPosition(5, "20260301T080000"), [item("a", 4), item("b", 5)])
    ledger.advance("other", FeedPosition(1), [item("z", source="other")])
    ledger.advance(SOURCE, FeedPosition(9), [])
    assert (ledger.position(SOURCE), ledger.position("other")) == (FeedPosition(9), FeedPosition(1))
    assert (names(ledger), names(ledger, "other")) == (["a", "b"], ["z"])


def test_what_is_noted_twice_waits_once_and_what_is_finished_is_gone(ledger: FeedLedger) -> None:
    for sequence in (1, 2):
        ledger.advance(SOURCE, FeedPosition(sequence), [item("a", sequence)])
    (waiting,) = ledger.due(SOURCE, 10, longest_wait_seconds=CAP)
    ledger.finish(waiting)
    assert names(ledger) == []


def test_an_item_that_changed_while_it_was_fetched_is_fetched_again(ledger: FeedLedger) -> None:
    ledger.advance(SOURCE, FeedPosition(1), [item("a", 1)])
    (fetched,) = ledger.due(SOURCE, 10, longest_wait_seconds=CAP)
    ledger.advance(SOURCE, FeedPosition(2), [item("a", 2)])
    ledger.finish(fetched)
    assert names(ledger) == ["a"]


def test_a_study_gives_way_to_its_instances(ledger: FeedLedger) -> None:
    ledger.advance(SOURCE, FeedPosition(7), [item("s", 7, Resource.STUDY)])
    (study,) = ledger.due(SOURCE, 10, longest_wait_seconds=CAP)
    ledger.finish(study, [item("a", 7), item("b", 7)])
    assert [(each.resource, each.identifier) for each in ledger.due(SOURCE, 10, longest_wait_seconds=CAP)] == [
        (Resource.INSTANCE, "a"),
        (Resource.INSTANCE, "b"),
    ]


def test_a_failed_attempt_waits_its_time_and_holds_no_other(ledger: FeedLedger, clock: FakeClock) -> None:
    ledger.advance(SOURCE, FeedPosition(2), [item("a", 1), item("b", 2)])
    ledger.postpone(ledger.due(SOURCE, 1, longest_wait_seconds=CAP)[0], "status 500", 60.0)
    assert names(ledger) == ["b"]
    worst = ledger.waiting(SOURCE)[0]
    assert (worst.identifier, worst.attempts, worst.reason) == ("a", 1, "status 500")
    clock.advance(61.0)
    assert names(ledger) == ["a", "b"]


def test_a_clock_that_is_set_back_keeps_nothing_waiting_longer_than_anything_waits(
    ledger: FeedLedger, clock: FakeClock
) -> None:
    ledger.advance(SOURCE, FeedPosition(1), [item("a", 1)])
    ledger.postpone(ledger.due(SOURCE, 1, longest_wait_seconds=CAP)[0], "status 500", 60.0)
    clock.advance(-CAP / 2)
    assert names(ledger) == []
    clock.advance(-86_400.0)
    assert names(ledger) == ["a"]


def test_a_source_that_speaks_of_a_failed_item_again_has_it_tried_at_once(ledger: FeedLedger) -> None:
    ledger.advance(SOURCE, FeedPosition(1), [item("a", 1)])
    ledger.postpone(ledger.due(SOURCE, 1, longest_wait_seconds=CAP)[0], "status 500", 60.0)
    ledger.advance(SOURCE, FeedPosition(2), [item("a", 2)])
    assert [each.attempts for each in ledger.due(SOURCE, 10, longest_wait_seconds=CAP)] == [1]


def test_a_study_that_is_not_in_the_ledger_is_not_to_be_marked(ledger: FeedLedger) -> None:
    for _ in range(2):
        ledger.note_study(SOURCE, "s", "1.2.3")
    assert list(ledger.studies_to_mark(SOURCE)) == []
