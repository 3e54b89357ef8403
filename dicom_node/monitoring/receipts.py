"""What became of images that came, as counters."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from dicom_node.monitoring import metric_table as table
from dicom_node.monitoring.metric_table import Metric


class Fate(StrEnum):
    """What became of images, seen from far."""

    RECEIVED = "received"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """How many images of a sender came one way and met one fate; `reason` is the code, `quarantined`: put aside."""

    sender: str
    way: str
    fate: Fate
    reason: str
    quarantined: bool
    number: int


class Receipts(Collector):
    """Exposes what the processes that receive have counted.

    Args:
        lines: returns the numbers of now.
        refused: returns how many associations were refused, by result/source/reason.
    """

    def __init__(self, lines: Callable[[], Iterable[ReceiptLine]], refused: Callable[[], Mapping[str, int]]) -> None:
        self._lines, self._refused = lines, refused

    def collect(self) -> Iterator[Family]:
        """Give one family for each fate, one for what was put aside, and one for associations."""
        families = {fate: _family(metric) for fate, metric in _METRICS.items()}
        aside = _family(table.QUARANTINED)
        for line in self._lines():
            labels = [line.sender, line.way]
            coded = [*labels, line.reason]
            families[line.fate].add_metric(labels if line.fate is Fate.RECEIVED else coded, line.number)
            if line.quarantined:
                aside.add_metric(coded, line.number)
        yield from families.values()
        yield aside
        refused = _family(table.ASSOCIATIONS_REFUSED)
        for reason, number in self._refused().items():
            refused.add_metric([reason], number)
        yield refused


_METRICS = {Fate.RECEIVED: table.RECEIVED, Fate.KNOWN: table.KNOWN, Fate.REFUSED: table.REFUSED}


def _family(metric: Metric) -> CounterMetricFamily:
    return CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
