"""What scores that are not as on validation mean for those who watch the node: gauges, and a cause of alerts."""

import logging
from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dicom_node.monitoring import metric_table as table
from dicom_node.score_drift import DriftLine
from domain.alert import AlertKind, Cause
from domain.errors import LedgerError, ModelError

Lines = Callable[[], Sequence[DriftLine]]
_log = logging.getLogger(__name__)


class DriftGauges(Collector):
    """Exposes index and limit of each sender and region that are compared.

    Args:
        lines: returns what was compared.
        name_sender: returns the name that a sender is counted by, of a calling AE title.
    """

    def __init__(self, lines: Lines, name_sender: Callable[[str], str]) -> None:
        self._lines, self._name_sender = lines, name_sender

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give both gauges; of senders that have one name, what is furthest above its limit."""
        found: dict[tuple[str, str], tuple[float, float]] = {}
        for each in find_lines(self._lines):
            if each.index is not None and each.limit is not None:
                key, measured = (self._name_sender(each.calling_ae_title), each.region), (each.index, each.limit)
                found[key] = max(found.get(key, measured), measured, key=lambda pair: pair[0] - pair[1])
        for place, metric in enumerate((table.STABILITY_INDEX, table.STABILITY_LIMIT)):
            family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
            for labels, values in found.items():
                family.add_metric(labels, values[place])
            yield family


def find_drift(lines: Lines, least_index: float) -> Iterator[Cause]:
    """Give a cause for each sender and region whose index is above its limit and reaches the least one."""
    for each in find_lines(lines):
        if each.index is not None and each.limit is not None and each.index > each.limit and each.index >= least_index:
            happened = f"The population stability index of {each.read} images is {each.index:.2f}, by chance alone it"
            happened += f" stays below {each.limit:.2f}. `osteonode drift` shows all."
            yield Cause(AlertKind.DRIFT, f"{each.region} from {each.calling_ae_title}", happened)


def find_lines(lines: Lines) -> Sequence[DriftLine]:
    """Return what was compared; nothing where that fails now, which must keep no other alert or number back."""
    try:
        return lines()
    except (LedgerError, ModelError) as error:
        _log.warning("scores could not be compared with those of validation: %s", error)
        return ()
