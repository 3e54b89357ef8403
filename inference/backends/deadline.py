"""A deadline for runtimes that cannot be cut: their work goes on in a thread, and its answer comes too late."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from domain.errors import DeadlineExceeded

Answer = TypeVar("Answer")


def run_within(work: Callable[[], Answer], timeout_seconds: float, subject: str) -> Answer:
    """Return what `work` returns; what it raises is raised here.

    Raises:
        DeadlineExceeded: it took longer than it may. Its thread ends with it, or with the process.
    """
    future: Future[Answer] = Future()

    def answer() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # the outermost frame of a thread: handed to the one that waits
            future.set_exception(error)

    threading.Thread(target=answer, name=f"model-{subject}", daemon=True).start()
    try:
        return future.result(timeout_seconds)
    except TimeoutError as error:
        if future.done():
            raise
        raise DeadlineExceeded(f"no answer within {timeout_seconds:g} s", subject=subject) from error
