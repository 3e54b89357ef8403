"""The port AlertBook: the ledger's and its fake."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.alert_ports import AlertBook
from dicom_node.ledger.alert_book import LedgerAlerts
from dicom_node.ledger.database import create_tables, database_url, open_engine
from domain.alert import AlertKind, Cause, Terms
from tests.fakes.alert_book import FakeAlertBook
from tests.fakes.alert_messages import write_plainly
from tests.fakes.clock import FakeClock

TERMS = Terms(timedelta(hours=24), timedelta(minutes=2))
ALL: dict[str, tuple[AlertKind, ...]] = {"mail": (), "hook": ()}
DOWN, DISK = Cause(AlertKind.PEER_DOWN, "pacs", "Since today."), Cause(AlertKind.DISK, "data", "3 MiB are free.")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["ledger", "fake"])
def book(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Iterator[AlertBook]:
    if request.param == "fake":
        yield FakeAlertBook(clock)
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield LedgerAlerts(engine, clock, write_plainly)
    engine.dispose()


def titles(book: AlertBook, channel: str = "mail") -> list[str]:
    return [each.text.title for each in book.due(channel)]


def test_nothing_happens_where_nothing_is_wrong(book: AlertBook) -> None:
    assert book.note([], TERMS, ALL) == 0
    assert (book.open_alerts(), book.due("mail"), book.waiting()) == ([], [], {})


def test_a_cause_is_told_to_every_channel_once(book: AlertBook) -> None:
    assert book.note([DOWN], TERMS, ALL) == 2
    assert book.note([DOWN], TERMS, ALL) == 0
    assert titles(book) == titles(book, "hook") == ["raised peer-down pacs"]
    assert book.waiting() == {"mail": 1, "hook": 1}


def test_a_channel_is_told_of_the_causes_that_it_wants(book: AlertBook) -> None:
    book.note([DOWN, DISK], TERMS, {"mail": (AlertKind.DISK,), "hook": ()})
    assert titles(book) == ["raised disk data"]
    assert titles(book, "hook") == ["raised peer-down pacs", "raised disk data"]


def test_the_words_of_an_open_alert_are_those_of_now(book: AlertBook, clock: FakeClock) -> None:
    book.note([DOWN], TERMS, ALL)
    raised_at = clock.now()
    clock.advance(60)
    book.note([Cause(AlertKind.PEER_DOWN, "pacs", "Since yesterday.")], TERMS, ALL)
    (alert,) = book.open_alerts()
    assert (alert.cause.happened, alert.raised_at, alert.seen_at) == ("Since yesterday.", raised_at, clock.now())


def test_it_is_reminded_of_and_cleared_and_may_come_again(book: AlertBook, clock: FakeClock) -> None:
    book.note([DOWN], TERMS, ALL)
    clock.advance(24 * 3600)
    book.note([DOWN], TERMS, ALL)
    clock.advance(120)
    book.note([], TERMS, ALL)
    assert book.open_alerts() == []
    book.note([DOWN], TERMS, ALL)
    expected = ["raised", "reminder", "cleared", "raised"]
    assert [title.split()[0] for title in titles(book)] == expected
    alerts = [each.alert for each in book.due("mail")]
    assert alerts[0] == alerts[1] == alerts[2] != alerts[3]


def test_what_is_settled_is_not_sent_again(book: AlertBook) -> None:
    book.note([DOWN], TERMS, ALL)
    book.settle(book.due("mail")[0])
    assert titles(book) == []
    assert book.waiting() == {"hook": 1}


def test_what_could_not_be_sent_waits_and_counts_its_attempts(book: AlertBook, clock: FakeClock) -> None:
    book.note([DOWN], TERMS, ALL)
    book.postpone(book.due("mail")[0], 30, "nobody answers")
    assert titles(book) == []
    clock.advance(30)
    (message,) = book.due("mail")
    assert message.attempts == 1
