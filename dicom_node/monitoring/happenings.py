"""What came to an end in the ledger, as counters and histograms."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from dicom_node.monitoring import metric_table as table
from dicom_node.monitoring.following import Following
from dicom_node.monitoring.metric_table import Metric
from dicom_node.monitoring_ports import AnswerEnd, AttemptEnd, CommitmentEnd, MeasuredLedger, ReadingEnd, Stage
from domain.delivery import Outcome
from domain.finding import ReadingStatus


class Happenings:
    """Counts what ends in the ledger from `since` on, whenever it is asked.

    Args:
        destinations: names of the configured ones; each begins with 0, so that its first failure is seen as one.
    """

    def __init__(
        self, ledger: MeasuredLedger, registry: CollectorRegistry, since: datetime, destinations: Iterable[str]
    ) -> None:
        self._make(registry)
        self._begin(destinations)
        self._followed: tuple[tuple[Following[Any], Callable[[Any], None]], ...] = (
            (Following(ledger.readings, since), self._note_reading),
            (Following(ledger.answers, since), self._note_answer),
            (Following(ledger.attempts, since), self._note_attempt),
            (Following(ledger.commitments, since), self._note_commitment),
        )

    def update(self) -> None:
        """Count what ended since the last time; raises LedgerError where the ledger cannot be read."""
        for following, note in self._followed:
            for each in following.take():
                note(each)

    def _make(self, registry: CollectorRegistry) -> None:
        self._readings = _counter(table.READINGS, registry)
        self._not_analysed = _counter(table.NOT_ANALYSED, registry)
        self._reading_seconds = _histogram(table.READING_SECONDS, registry)
        self._model_seconds = _histogram(table.MODEL_SECONDS, registry)
        self._answered = _counter(table.ANSWERED, registry)
        self._shadowed = _counter(table.SHADOWED, registry)
        self._stage_seconds = _histogram(table.STAGE_SECONDS, registry)
        self._turnaround_seconds = _histogram(table.TURNAROUND_SECONDS, registry)
        self._attempts = _counter(table.ATTEMPTS, registry)

    def _begin(self, destinations: Iterable[str]) -> None:
        for status in ReadingStatus:
            self._readings.labels(status.value)
        for destination in destinations:
            for outcome in Outcome:
                self._attempts.labels(destination, outcome.value)

    def _note_reading(self, reading: ReadingEnd) -> None:
        self._readings.labels(reading.status).inc()
        if reading.reason_code:
            self._not_analysed.labels(reading.reason_code).inc()
        if reading.received_at is not None:
            self._reading_seconds.observe(_seconds(reading.received_at, reading.ended_at))
        for model, milliseconds in reading.model_milliseconds.items():
            self._model_seconds.labels(model).observe(milliseconds / 1000)

    def _note_answer(self, answer: AnswerEnd) -> None:
        (self._shadowed if answer.in_shadow else self._answered).labels(answer.closed_by).inc()
        if answer.closed_at is None:
            return
        read_at = max(answer.closed_at, answer.last_read_at or answer.closed_at)
        self._note_stage(Stage.COMPLETE, answer.last_arrival_at, answer.closed_at)
        self._note_stage(Stage.READ, answer.closed_at, read_at)
        self._note_stage(Stage.COMPOSED, read_at, answer.ended_at)

    def _note_attempt(self, attempt: AttemptEnd) -> None:
        self._attempts.labels(attempt.destination, attempt.outcome).inc()
        if attempt.outcome != Outcome.DELIVERED or attempt.answered_at is None:
            return
        self._note_stage(Stage.DELIVERED, attempt.answered_at, attempt.ended_at, attempt.destination)
        turnaround = _seconds(attempt.last_arrival_at, attempt.ended_at)
        self._turnaround_seconds.labels(attempt.destination).observe(turnaround)

    def _note_commitment(self, commitment: CommitmentEnd) -> None:
        if commitment.delivered_at is not None:
            self._note_stage(Stage.COMMITTED, commitment.delivered_at, commitment.ended_at, commitment.destination)

    def _note_stage(self, stage: Stage, begun_at: datetime, ended_at: datetime, destination: str = "") -> None:
        self._stage_seconds.labels(stage.value, destination).observe(_seconds(begun_at, ended_at))


def _counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    return Counter(metric.name, metric.help, metric.labels, registry=registry)


def _histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    return Histogram(metric.name, metric.help, metric.labels, registry=registry, buckets=metric.buckets)


def _seconds(begun_at: datetime, ended_at: datetime) -> float:
    """Return how long something took; 0 where a clock was set back meanwhile."""
    return max(0.0, (ended_at - begun_at).total_seconds())
