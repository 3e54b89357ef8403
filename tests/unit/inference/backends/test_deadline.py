import threading

import pytest

from domain.errors import DeadlineExceeded
from inference.backends.deadline import run_within


def test_an_answer_in_time_is_handed_on() -> None:
    assert run_within(lambda: 7, 10.0, "m") == 7


def test_work_that_hangs_is_left_behind() -> None:
    ended = threading.Event()
    with pytest.raises(DeadlineExceeded, match=r"within 0\.01 s \(m\)"):
        run_within(ended.wait, 0.01, "m")
    ended.set()


@pytest.mark.parametrize("error", [ValueError("wrong"), TimeoutError("its own")])
def test_what_the_work_raises_is_raised_here(error: Exception) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error), match=str(error)):
        run_within(work, 10.0, "m")
