"""What may be relied on of requests that are kept, of the real book and of its fake."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dicom_node.ledger.database import create_tables, database_url, open_engine
from dicom_node.ledger.retrievals import Retrievals
from domain.retrieval import RetrievalAttempt, RetrievalState
from tests.fakes.archives import FakeRetrievals
from tests.fakes.clock import FakeClock

Book = Retrievals | FakeRetrievals


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["book", "fake"])
def book(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Book]:
    if request.param == "fake":
        yield FakeRetrievals(clock)
        return
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    yield Retrievals(engine, clock)
    engine.dispose()


def test_a_request_is_due_at_once_and_kept_once(book: Book) -> None:
    assert (book.ask("1.1", "PACS"), book.ask("1.1", "PACS"), book.ask("1.1", "OTHER")) == (True, False, True)
    assert [(each.study_instance_uid, each.archive, each.attempts) for each in book.due()] == [
        ("1.1", "PACS", 0),
        ("1.1", "OTHER", 0),
    ]


def test_an_attempt_that_comes_again_is_due_after_its_wait(book: Book, clock: FakeClock) -> None:
    book.ask("1.1", "PACS")
    book.keep(book.due()[0], RetrievalAttempt(again=True, said="down"), wait_seconds=10)
    assert not book.due()
    clock.advance(10)
    assert [(each.attempts, each.said, each.state) for each in book.due()] == [(1, "down", RetrievalState.WAITING)]


@pytest.mark.parametrize(
    ("attempt", "state"),
    [
        (RetrievalAttempt(3), RetrievalState.DONE),
        (RetrievalAttempt(2, 1, said="one missing"), RetrievalState.FAILED),
        (RetrievalAttempt(again=True, said="down too long"), RetrievalState.FAILED),
    ],
)
def test_a_request_that_has_ended_is_never_due_and_may_be_made_again(
    book: Book, attempt: RetrievalAttempt, state: RetrievalState
) -> None:
    book.ask("1.1", "PACS")
    book.keep(book.due()[0], attempt, wait_seconds=None)
    assert not book.due()
    assert [(each.state, each.said) for each in book.latest()] == [(state, attempt.said)]
    assert book.ask("1.1", "PACS")


def test_ended_requests_go_with_age_and_waiting_ones_stay(tmp_path: Path, clock: FakeClock) -> None:
    engine = open_engine(database_url(tmp_path))
    create_tables(engine)
    book = Retrievals(engine, clock)
    book.ask("1.1", "PACS")
    book.keep(book.due()[0], RetrievalAttempt(1), wait_seconds=None)
    book.ask("1.2", "PACS")
    assert book.forget(clock.now() + timedelta(days=1)) == 1
    assert [each.study_instance_uid for each in book.latest()] == ["1.2"]
    engine.dispose()
