from collections.abc import Callable
from threading import Event

import pytest

from dicom_node.console_process.warming import Warming
from domain.errors import LedgerError


def fail(error: Exception) -> Callable[[], object]:
    def work() -> None:
        raise error

    return work


def test_a_piece_that_fails_keeps_nobody_from_the_next(caplog: pytest.LogCaptureFixture) -> None:
    done = Event()
    works = [fail(LedgerError("no room")), fail(KeyError("a fault of ours")), done.set]
    warming = Warming(works, after_seconds=0, pause_seconds=0)
    warming.start()
    assert done.wait(10)
    warming.stop()
    assert [each.levelname for each in caplog.records if "fault" in each.message] == ["ERROR"]


def test_who_ends_does_not_wait_for_what_has_not_begun() -> None:
    done: list[int] = []
    warming = Warming([lambda: done.append(1)], after_seconds=600)
    warming.start()
    warming.stop()
    assert done == []


def test_it_begins_once_and_may_be_stopped_before() -> None:
    done, times = Event(), list[int]()
    warming = Warming([lambda: times.append(1), done.set], after_seconds=0, pause_seconds=0)
    warming.start()
    assert done.wait(10)
    warming.start()
    warming.stop()
    assert times == [1]
    Warming([done.clear]).stop()
    assert done.is_set()
