from datetime import timedelta

import pytest

from dicom_node.monitoring.alerts.sending import FIRST_SECONDS, LONGEST_SECONDS, TOO_OLD, send_due
from domain.alert import AlertKind, Cause, Terms
from domain.errors import PeerUnreachable
from tests.fakes.alert_book import FakeAlertBook
from tests.fakes.alert_messages import FakeChannel
from tests.fakes.clock import FakeClock

TERMS = Terms(timedelta(hours=24), timedelta(minutes=2))
CAUSES = [Cause(AlertKind.PEER_DOWN, "pacs", ""), Cause(AlertKind.DISK, "data", "")]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def book(clock: FakeClock) -> FakeAlertBook:
    book = FakeAlertBook(clock)
    book.note(CAUSES, TERMS, {"mail": ()})
    return book


def test_messages_go_out_in_the_order_in_which_they_were_made_and_once(book: FakeAlertBook, clock: FakeClock) -> None:
    channel = FakeChannel()
    assert send_due(book, channel, clock) == 2
    assert send_due(book, channel, clock) == 0
    assert channel.titles == ["raised peer-down pacs", "raised disk data"]


def test_a_channel_that_does_not_answer_is_tried_again_and_loses_nothing(book: FakeAlertBook, clock: FakeClock) -> None:
    channel = FakeChannel()
    channel.failure = PeerUnreachable("no connection")
    assert send_due(book, channel, clock) == 0
    assert book.waiting() == {"mail": 2}
    channel.failure = None
    clock.advance(FIRST_SECONDS)
    assert send_due(book, channel, clock) == 2


def test_waits_grow_to_their_limit(book: FakeAlertBook, clock: FakeClock) -> None:
    channel, waits = FakeChannel(), list[float]()
    channel.failure = PeerUnreachable("no connection")
    while len(waits) < 8:
        seconds = 0.0
        while not any(each.kind is AlertKind.PEER_DOWN for each in book.due("mail")):
            clock.advance(5)
            seconds += 5
        waits.append(seconds)
        for _ in CAUSES:
            send_due(book, channel, clock)
    assert waits == [0, 30, 60, 120, 240, 480, LONGEST_SECONDS, LONGEST_SECONDS]


def test_what_is_too_old_to_help_is_given_up(
    book: FakeAlertBook, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.advance(TOO_OLD.total_seconds() + 1)
    channel = FakeChannel()
    assert send_due(book, channel, clock) == 0
    assert (channel.taken, book.waiting()) == ([], {})
    assert "too old to send" in caplog.text
