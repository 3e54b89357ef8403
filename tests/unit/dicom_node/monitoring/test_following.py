from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from dicom_node.monitoring.following import LATENESS, Following

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class End:
    key: str
    ended_at: datetime


class Book:
    def __init__(self) -> None:
        self.rows: list[End] = []
        self.asked: list[datetime] = []

    def find(self, since: datetime) -> list[End]:
        self.asked.append(since)
        return [each for each in self.rows if each.ended_at >= since]

    def keep(self, key: str, seconds: float) -> None:
        self.rows.append(End(key, START + timedelta(seconds=seconds)))


def keys(following: Following[End]) -> list[str]:
    return [each.key for each in following.take()]


def test_each_event_is_given_once() -> None:
    book = Book()
    following = Following(book.find, START)
    book.keep("before", -1)
    book.keep("a", 0)
    book.keep("b", 5)
    assert keys(following) == ["a", "b"]
    assert keys(following) == []
    book.keep("c", 6)
    assert keys(following) == ["c"]


def test_a_row_that_is_committed_later_than_its_time_says_is_not_missed() -> None:
    book = Book()
    following = Following(book.find, START)
    book.keep("late event", 300)
    assert keys(following) == ["late event"]
    book.keep("slow transaction", 300 - LATENESS.total_seconds())
    assert keys(following) == ["slow transaction"]
    assert keys(following) == []


def test_what_happens_again_under_its_key_is_another_event() -> None:
    book = Book()
    following = Following(book.find, START)
    book.keep("image", 1)
    assert keys(following) == ["image"]
    book.rows[:] = []
    book.keep("image", 2)
    assert keys(following) == ["image"]


def test_only_what_is_new_is_asked_for_and_remembered() -> None:
    book = Book()
    following = Following(book.find, START)
    for hour in range(5):
        book.keep(f"h{hour}", hour * 3600)
        following.take()
    assert book.asked[-1] == START + timedelta(hours=3) - LATENESS
    assert list(following._seen) == ["h4"]


def test_a_ledger_that_fails_loses_no_event() -> None:
    book = Book()
    book.keep("a", 1)
    answers = iter([RuntimeError(), None])

    def find(since: datetime) -> list[End]:
        if (error := next(answers)) is not None:
            raise error
        return book.find(since)

    following = Following(find, START)
    with pytest.raises(RuntimeError):
        following.take()
    assert keys(following) == ["a"]
