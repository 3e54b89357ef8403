"""The durable workflows: with `workflow_starts` the only module that knows the engine (DBOS).

read_image (on arrival)  ->  answer_study (when complete)  ->  deliver (one per destination and attempt)
                                                           ->  explain_study (when delivered; one at a time)

Each starts in a transaction of the ledger, with the row that asks for it or (reading_starts) soon after, under an
identifier made from that row, so it starts exactly once. Arguments are UIDs and numbers: the engine's store holds
neither pixels nor patients. A step may run again after a crash; every stage asks the ledger first, so that changes
nothing.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import Engine

from dicom_node.pipeline import rescue, steps
from dicom_node.pipeline.failures import INTERNAL_RETRY
from dicom_node.pipeline.polling_pace import BUSY_SECONDS, LOOK_SECONDS, PollingPace, find_busy_seconds
from dicom_node.pipeline.reading_starts import ReadingStarts
from dicom_node.pipeline.stages import Parts
from dicom_node.pipeline.workflow_starts import (
    ANSWER,
    APPLICATION,
    DELIVER,
    EXPLAIN,
    FLOW_VERSION,
    READ,
    answer_id,
    delivery_id,
    explanation_id,
    read_id,
)
from dicom_node.repeating import Repeating

EXECUTOR: Final = "node"
#: An explanation takes many seconds, and nobody waits for it: each look at a queue costs some milliseconds.
SELDOM_SECONDS: Final = 1.0
#: Where explanations are off, one may be left from when they were on.
RARELY_SECONDS: Final = 30.0
#: So often may the process die under one workflow before it is set aside; each death counts for all that run then. On a
#: busy machine an answer takes seconds, and a process that is killed every second gets through none for many lives.
DEATHS_ALLOWED: Final = 100
ANSWERS_AT_ONCE: Final = 8
#: At least; never fewer than there are lanes, or destinations that hang would keep the others waiting.
DELIVERIES_AT_ONCE: Final = 32
#: What follows an answer (`pacs:lime`, `pacs:rejection`) has a lane of its own for each destination.
_FOLLOWING_LANES: Final = 2
#: So much more than the longest wait of anything may lie between its planning and a look at it.
_LATE_SECONDS: Final = 5.0
#: Readings that are started ahead, for each that runs: more than are read until the next look.
_AHEAD: Final = 4
_log = logging.getLogger(__name__)


class Workflows:
    """Runs the workflows between `start` and `stop`. One per process, because the engine is.

    Args:
        engine: of the database that the ledger is in, for the workflows alone; whoever opened it disposes of it.
    """

    def __init__(self, parts: Parts, engine: Engine) -> None:
        self._parts = parts
        self._engine = engine
        self._running: set[str] = set()
        self._orphaned = rescue.Suspicion()
        self._abandoned = rescue.Suspicion()
        self.pace = PollingPace(_set_pace, find_busy_seconds(parts.settings))
        self._readings = ReadingStarts(parts.ledger.start_readings, _AHEAD * _count_readings(parts))
        self._loops = (
            Repeating("pacing", LOOK_SECONDS, self.pace.look),
            Repeating("reading", BUSY_SECONDS, self._start_readings),
        )

    def start(self) -> None:
        """Migrate the engine's tables, take up what a crash left, and work."""
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_engine": self._engine,
            "executor_id": EXECUTOR,
            "application_version": FLOW_VERSION,
            "serializer": DBOSPortableJSONSerializer(),  # the store holds JSON: who can write it can run no code
            "log_level": "WARNING",
        }
        # With a handler in place the engine adds none of its own, and its messages go where the node's go.
        logging.getLogger("dbos").addHandler(logging.NullHandler())
        DBOS(config=config)
        self._register()
        DBOS.launch()
        _listen(READ, worker_concurrency=_count_readings(self._parts))
        _listen(ANSWER, worker_concurrency=ANSWERS_AT_ONCE)
        # A lane of a destination makes one attempt at a time: a dead peer fills its own lanes only.
        _listen(DELIVER, worker_concurrency=_count_lanes(self._parts), partition_concurrency=1)
        _listen(EXPLAIN, RARELY_SECONDS if self._parts.explainer is None else SELDOM_SECONDS, worker_concurrency=1)
        for loop in self._loops:
            loop.start()

    def stop(self, *, patience_seconds: int = 10) -> None:
        """Start nothing more, and give what runs this long to end; what does not is taken up at the next start."""
        for loop in self._loops:
            loop.stop()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience_seconds if self._running else 0)

    def rescue(self) -> None:
        """Take up work that the store calls running or planned and that nobody does. To be called now and then."""
        self._bring_forward()
        pending = {row.workflow_id: row for row in _list(status="PENDING")}
        for identifier in self._orphaned.confirm(rescue.orphans(pending, self._running)):
            _log.warning("taking up %s again: it was left running", identifier)
            DBOS.resume_workflow(identifier, queue_name=pending[identifier].queue_name)
        plans = steps.plans(self._parts, answer_id, delivery_id, explanation_id)
        statuses = {row.workflow_id: row.status for row in _list(workflow_ids=list(plans))} if plans else {}
        for identifier in self._abandoned.confirm(rescue.abandoned(plans, statuses)):
            _log.warning("planning %s again: it ended as %s", identifier, statuses.get(identifier))
            plans[identifier](statuses.get(identifier) == rescue.DEAD_LETTER)

    def _start_readings(self) -> None:
        if self._readings.look():
            self.pace.note_work()

    def _bring_forward(self) -> None:
        """Let go at once what a clock that was set back would keep waiting until it has caught up."""
        planned_at = {row.workflow_id: (row.delay_until_epoch_ms or 0) / 1000 for row in _list(status="DELAYED")}
        for identifier in rescue.too_far_off(planned_at, time.time(), _longest_wait_seconds(self._parts)):
            _log.warning("%s was planned for a time too far off, for the clock was set back: it goes now", identifier)
            DBOS.set_workflow_delay(identifier, delay_seconds=0)

    def forget(self, before: datetime) -> int:
        """Remove what the engine keeps of work that succeeded before a time; the ledger keeps what came of it."""
        done = [row.workflow_id for row in _list(status="SUCCESS", completed_before=before.isoformat(), limit=1000)]
        if done:
            DBOS.delete_workflows(done)
        return len(done)

    def _register(self) -> None:
        """Name the steps and the workflows. They are functions of this node's parts, not of a global."""
        parts = self._parts
        read = _step(lambda image: steps.read(parts, image), "read")
        unread = _step(lambda study, version: steps.unread(parts, study, version), "unread")
        wait = _step(_wait_for, "wait")
        compose = _step(lambda study, version, turn: steps.answer(parts, study, version, turn), "compose")
        attempt = _step(lambda *key: steps.deliver(parts, *key), "attempt")
        explain = _step(lambda study, version, turn: steps.explain(parts, study, version, turn), "explain")

        def read_image(sop_instance_uid: str) -> str:
            return str(read(sop_instance_uid))

        def answer_study(study_instance_uid: str, version: int, turn: int) -> str:
            for sop_instance_uid in unread(study_instance_uid, version):
                wait(read_id(sop_instance_uid, parts.reader.model_set))
            return str(compose(study_instance_uid, version, turn))

        def deliver(study_instance_uid: str, version: int, destination: str, turn: int) -> str:
            return str(attempt(study_instance_uid, version, destination, turn))

        def explain_study(study_instance_uid: str, version: int, turn: int) -> str:
            return str(explain(study_instance_uid, version, turn))

        flows: dict[str, Callable[..., str]] = {
            READ: read_image,
            ANSWER: answer_study,
            DELIVER: deliver,
            EXPLAIN: explain_study,
        }
        for name, flow in flows.items():
            self._workflow(name, flow)

    def _workflow(self, name: str, flow: Callable[..., str]) -> None:
        def noted(*arguments: Any) -> str:
            identifier = str(DBOS.workflow_id)
            self._running.add(identifier)
            self.pace.note_work()
            if name == READ:
                self._readings.note_begun()
            try:
                return flow(*arguments)
            finally:
                self._running.discard(identifier)

        DBOS.workflow(name=name, max_recovery_attempts=DEATHS_ALLOWED)(noted)


def _longest_wait_seconds(parts: Parts) -> float:
    caps = (each.retry.cap_seconds for each in parts.settings.destination)
    return max((INTERNAL_RETRY.cap_seconds, *caps)) + _LATE_SECONDS


def _count_readings(parts: Parts) -> int:
    """One more than there are reader processes: the next image waits beside a reader and not for the next poll."""
    return parts.settings.reading.processes + 1


def _count_lanes(parts: Parts) -> int:
    lanes = sum(each.concurrency + _FOLLOWING_LANES for each in parts.settings.destination)
    return max(DELIVERIES_AT_ONCE, lanes)


def _listen(name: str, polling_seconds: float = BUSY_SECONDS, **limits: Any) -> None:
    DBOS.register_queue(name, polling_interval_sec=polling_seconds, on_conflict="always_update", **limits)


def _set_pace(polling_seconds: float) -> None:
    """Have the queues looked at so often; a queue hears of it at its next look."""
    for name in (READ, ANSWER, DELIVER):
        queue = DBOS.retrieve_queue(name)
        if queue is not None:
            queue.set_polling_interval_sec(polling_seconds)


def _list(**conditions: Any) -> list[Any]:
    return list(DBOS.list_workflows(**conditions, load_input=False, load_output=False))


def _step(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    return DBOS.step(name=name)(function)


def _wait_for(identifier: str) -> str:
    """Wait until a workflow has ended, well or not, and return how; at once where there is none."""
    while True:
        status = next((str(row.status) for row in _list(workflow_ids=[identifier])), "never started")
        if status not in rescue.UNFINISHED:
            return status
        time.sleep(BUSY_SECONDS / 2)
