"""Fetching what a person asked for. It remembers nothing: after a crash the ledger says what is due."""

import logging
from typing import Final

from config.settings import Retry
from dicom_node.pipeline.failures import backoff_seconds
from dicom_node.retrieval_ports import Archives, RetrievalBook
from domain.retrieval import Retrieval, RetrievalAttempt

INTERVAL_SECONDS: Final = 1.0
#: An archive that is down for a night is asked until the morning.
PATIENCE: Final = Retry(first_seconds=10.0, cap_seconds=600.0, max_attempts=100)
_log = logging.getLogger(__name__)


def retrieve_due(book: RetrievalBook, archives: Archives) -> int:
    """Make one attempt for every request that is due; return how many."""
    due = book.due()
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
