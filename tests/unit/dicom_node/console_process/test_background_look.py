from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest

from dicom_node.console_process.background_look import BackgroundLook
from domain.errors import LedgerError
from tests.fakes.clock import FakeClock

KEPT = timedelta(minutes=10)


class Beside:
    """Work that is done when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], None]) -> None:
        self.waiting.append(work)

    def go_on(self) -> None:
        self.waiting.pop()()


def test_nobody_waits_for_the_first_look_and_many_need_one() -> None:
    beside = Beside()
    look = BackgroundLook(lambda: "found", FakeClock(), KEPT, beside)
    assert [look.latest(), look.latest()] == [None, None]
    assert len(beside.waiting) == 1
    beside.go_on()
    assert look.latest() == "found"
    assert beside.waiting == []


def test_what_is_too_old_is_shown_until_the_next_look_is_over() -> None:
    beside, clock, found = Beside(), FakeClock(), iter(["old", "new"])
    look = BackgroundLook(lambda: next(found), clock, KEPT, beside)
    look.latest()
    beside.go_on()
    clock.advance(KEPT.total_seconds())
    assert look.latest() == "old"
    beside.go_on()
    assert look.latest() == "new"


def test_what_failed_is_said_once_and_tried_again() -> None:
    beside, failures = Beside(), [LedgerError("the disk is full")]

    def look_once() -> str:
        if failures:
            raise failures.pop()
        return "found"

    look = BackgroundLook(look_once, FakeClock(), KEPT, beside)
    look.latest()
    beside.go_on()
    with pytest.raises(LedgerError):
        look.latest()
    assert look.latest() is None
    beside.go_on()
    assert look.latest() == "found"


def test_a_look_has_a_thread_of_its_own() -> None:
    done = Event()
    BackgroundLook(done.set, FakeClock(), KEPT).latest()
    assert done.wait(20)
