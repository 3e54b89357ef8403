"""Fetching what a person asked for. It remembers nothing: after a crash the ledger says what is due."""

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from config.settings import Retry
from dicom_node.pipeline.failures import backoff_seconds
from dicom_node.repeating import Repeating
from dicom_node.retrieval_ports import Archives, RetrievalBook
from domain.retrieval import Retrieval, RetrievalAttempt

INTERVAL_SECONDS: Final = 1.0
#: An archive that is down for a night is asked until the morning.
PATIENCE: Final = Retry(first_seconds=10.0, cap_seconds=600.0, max_attempts=100)
_log = logging.getLogger(__name__)


def list_loops(book: RetrievalBook, archives: Archives, titles: Sequence[str]) -> Iterator[Repeating]:
    """Give the loops that fetch, not started: one for each archive, so that one that is slow or away delays no other.

    From one archive comes one study after the other: more would only share its disk and its line.

    Args:
        titles: AE titles of the archives that can be asked. What is asked of another fails in the first loop.
    """
    for name, is_mine in share_out(titles):
        yield Repeating(name, INTERVAL_SECONDS, partial(retrieve_due, book, archives, is_mine))


def share_out(titles: Sequence[str]) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """Give for each loop its name, and what says of an archive's title whether its requests are those of the loop."""
    others = tuple(dict.fromkeys(titles))[1:]
    yield "retrieving", lambda title: title not in others
    for other in others:
        yield f"retrieving {other}", other.__eq__


def retrieve_due(book: RetrievalBook, archives: Archives, is_mine: Callable[[str], bool] = lambda _title: True) -> int:
    """Make one attempt for every request that is due at these archives; return how many."""
    due = [each for each in book.due() if is_mine(each.archive)]
    for asked in due:
        attempt = archives.retrieve(asked.study_instance_uid, asked.archive)
        wait_seconds = backoff_seconds(asked.attempts + 1, PATIENCE) if attempt.again else None
        book.keep(asked, attempt, wait_seconds=wait_seconds)
        _note(asked, attempt)
    return len(due)


def _note(asked: Retrieval, attempt: RetrievalAttempt) -> None:
    level = logging.INFO if attempt.is_done else logging.WARNING
    said = attempt.said or f"{attempt.completed} images"
    _log.log(level, "study %s from %s: %s", asked.study_instance_uid, asked.archive, said)
