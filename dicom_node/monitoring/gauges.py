"""What stands now, as gauges: queues, destinations, disk, certificates, conditions."""

import logging
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dicom_node.monitoring import metric_table as table
from dicom_node.monitoring.metric_table import Metric
from dicom_node.monitoring_ports import MeasuredLedger, Queue, Stage, Standing
from dicom_node.ports import Clock
from domain.breaker import BreakerState
from domain.errors import LedgerError

#: One sample: the values of its labels, and its own.
Sample = tuple[tuple[str, ...], float]
_STUDY_STAGES = (Stage.COMPLETE, Stage.READ, Stage.COMPOSED)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is measured beside the ledger.

    Attributes:
        destinations: names of the configured ones; committing: of those that are asked to commit.
        free_bytes: returns the free space of the data folder's volume.
        high_water_bytes: images are refused below.
        certificates: returns the end of each certificate by the key that names its file.
        conditions: returns which conditions of readiness hold.
        shadow_mode: whether each own AE title is in shadow mode.
        release: version of the program, and the models that it reads with.
    """

    destinations: tuple[str, ...]
    committing: frozenset[str]
    free_bytes: Callable[[], int]
    high_water_bytes: int
    certificates: Callable[[], Mapping[str, datetime]]
    conditions: Callable[[], Mapping[str, bool]]
    release: Callable[[], tuple[str, str]]
    started_at: datetime
    shadow_mode: Mapping[str, bool] = field(default_factory=dict)


class Gauges(Collector):
    """Exposes what stands now; where the ledger cannot be read, all but its numbers."""

    def __init__(self, ledger: MeasuredLedger, around: Surroundings, clock: Clock) -> None:
        self._ledger, self._around, self._clock = ledger, around, clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give every gauge."""
        for metric, samples in self._samples():
            family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
            for labels, value in samples:
                family.add_metric(labels, value)
            yield family

    def _samples(self) -> Iterator[tuple[Metric, Iterable[Sample]]]:
        around = self._around
        yield table.DISK_FREE_BYTES, [((), around.free_bytes())]
        yield table.DISK_LIMIT_BYTES, [((), around.high_water_bytes)]
        yield table.CERTIFICATE_END, [((key,), end.timestamp()) for key, end in around.certificates().items()]
        yield table.CONDITION, [((name,), float(holds)) for name, holds in around.conditions().items()]
        yield table.SHADOW_MODE, [((title,), float(is_on)) for title, is_on in around.shadow_mode.items()]
        yield table.START_SECONDS, [((), around.started_at.timestamp())]
        yield table.BUILD_INFO, [((*around.release(), platform.python_version()), 1.0)]
        yield from self._of_ledger()

    def _of_ledger(self) -> Iterator[tuple[Metric, Iterable[Sample]]]:
        try:
            standing, size_bytes = self._ledger.standing(), self._ledger.size_bytes()
        except LedgerError as error:
            _log.warning("the ledger could not be measured: %s", error)
            yield table.LEDGER_READABLE, [((), 0.0)]
            return
        yield table.LEDGER_READABLE, [((), 1.0)]
        yield table.LEDGER_BYTES, [((), size_bytes)]
        yield table.HELD, [((), standing.held_studies)]
        yield table.QUARANTINE_FILES, [((code,), number) for code, number in standing.quarantined.items()]
        yield from self._queues(standing.queues)
        yield from self._of_destinations(standing)

    def _queues(self, found: Iterable[Queue]) -> Iterator[tuple[Metric, Iterable[Sample]]]:
        """Give depth and age of every queue, the empty ones as well: a series that comes and goes hides its zero."""
        queues = {(stage.value, ""): Queue(stage, 0, None) for stage in _STUDY_STAGES}
        for stage, names in ((Stage.DELIVERED, self._around.destinations), (Stage.COMMITTED, self._around.committing)):
            queues |= {(stage.value, name): Queue(stage, 0, None, name) for name in sorted(names)}
        queues |= {(each.stage.value, each.destination): each for each in found}
        yield table.QUEUE_ITEMS, [(key, each.items) for key, each in queues.items()]
        yield table.QUEUE_AGE_SECONDS, [(key, self._age_seconds(each.oldest_at)) for key, each in queues.items()]

    def _of_destinations(self, standing: Standing) -> Iterator[tuple[Metric, Iterable[Sample]]]:
        letters = dict.fromkeys(self._around.destinations, 0) | dict(standing.dead_letters)
        states = dict.fromkeys(self._around.destinations, BreakerState.CLOSED)
        states |= {name: each.state for name, each in standing.breakers.items() if name in states}
        yield table.DEAD_LETTERS, [((name,), number) for name, number in letters.items()]
        yield table.DESTINATION_UP, [((name,), float(state == BreakerState.CLOSED)) for name, state in states.items()]
        yield (
            table.BREAKER_STATE,
            [((name, each.value), float(state == each)) for name, state in states.items() for each in BreakerState],
        )

    def _age_seconds(self, oldest_at: datetime | None) -> float:
        return max(0.0, (self._clock.now() - oldest_at).total_seconds()) if oldest_at is not None else 0.0
