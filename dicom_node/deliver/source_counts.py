"""Sources that are asked how many images a study has: in threads of their own, and with patience."""

import logging
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from config.completion import Query
from dicom_node.deliver.c_find_scu import NotAnswered, asking
from dicom_node.deliver.image_count import Held, Taken, count_images
from dicom_node.deliver.query_peer import as_destination
from dicom_node.knowledge_ports import SourceAnswer
from dicom_node.ports import Clock
from domain.completeness import Remark

#: Questions at the same time, to all sources: one that does not answer must not keep the others waiting.
_THREADS: Final = 4
_LONGEST_WAIT_SECONDS: Final = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, and how often the source has been asked by then."""

    answer: SourceAnswer
    times: int
    first_wait_seconds: float

    @property
    def again_at(self) -> datetime:
        """When it may be asked again: the wait doubles."""
        seconds = self.first_wait_seconds * 2.0 ** min(self.times - 1, 16)
        return self.answer.asked_at + timedelta(seconds=min(seconds, _LONGEST_WAIT_SECONDS))


class FoundCounts:
    """Implements knowledge_ports.SourceCounts by C-FIND; remembers nothing beyond this process.

    Args:
        queries: the sources, by the sender whose studies they are asked for.
        taken: which of their instances count.
        note: told before each question which source is asked about which study.
    """

    def __init__(
        self,
        queries: Sequence[Query],
        node_ae_title: str,
        taken: Taken,
        clock: Clock,
        note: Callable[[Query, str], None] = lambda _query, _study_instance_uid: None,
    ) -> None:
        self._note = note
        self._queries = {query.sender: query for query in queries}
        self._node_ae_title, self._taken, self._clock = node_ae_title, taken, clock
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="source-count")
        self._lock = Lock()
        self._asking: set[str] = set()
        self._kept: dict[str, _Kept] = {}

    def close(self) -> None:
        """Ask nobody any more."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def sources_of(self, calling_ae_titles: Collection[str]) -> bool:
        """Say whether a study of these senders has a source that can be asked."""
        return not self._queries.keys().isdisjoint(calling_ae_titles)

    def ask(self, study_instance_uid: str, calling_ae_titles: Collection[str], arrived: Collection[str]) -> None:
        """Ask, unless a question is under way; returns at once."""
        query = next((self._queries[title] for title in sorted(calling_ae_titles) if title in self._queries), None)
        with self._lock:
            if query is None or study_instance_uid in self._asking:
                return
            self._asking.add(study_instance_uid)
        self._executor.submit(self._ask, query, study_instance_uid, frozenset(arrived))

    def is_asking(self, study_instance_uid: str) -> bool:
        """Say whether a question is under way."""
        with self._lock:
            return study_instance_uid in self._asking

    def answer(self, study_instance_uid: str) -> SourceAnswer | None:
        """Return the last answer, None where there is none."""
        with self._lock:
            kept = self._kept.get(study_instance_uid)
        return kept.answer if kept else None

    def may_ask_again(self, study_instance_uid: str, now: datetime) -> bool:
        """Say whether the wait after the last answer is over."""
        with self._lock:
            kept = self._kept.get(study_instance_uid)
        return kept is None or now >= kept.again_at

    def forget_others(self, study_instance_uids: Collection[str]) -> None:
        """Forget the answers of all other studies."""
        wanted = set(study_instance_uids)
        with self._lock:
            self._kept = {uid: kept for uid, kept in self._kept.items() if uid in wanted}

    def _ask(self, query: Query, study_instance_uid: str, arrived: frozenset[str]) -> None:
        asked_at = self._clock.now()  # before the question: an image that comes meanwhile makes the answer stale
        held = Held(remark=Remark.SOURCE_UNREACHABLE)
        try:
            self._note(query, study_instance_uid)
            with asking(as_destination(query), self._node_ae_title) as finder:
                held = count_images(finder.find, study_instance_uid, arrived, self._taken)
        except NotAnswered as error:
            _log.warning("study %s: %s could not be asked for its images: %s", study_instance_uid, query.sender, error)
        except Exception:  # the outermost frame of the thread; what it asks for is only good to know
            _log.exception("study %s: %s could not be asked for its images", study_instance_uid, query.sender)
        answer = SourceAnswer(asked_at, held.expected, held.listed, held.remark)
        with self._lock:
            before = self._kept.get(study_instance_uid)
            times = before.times + 1 if before else 1
            self._kept[study_instance_uid] = _Kept(answer, times, query.retry_seconds)
            self._asking.discard(study_instance_uid)
