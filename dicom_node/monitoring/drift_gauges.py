"""Scores beside those of validation, as gauges."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dicom_node.monitoring import metric_table as table
from dicom_node.monitoring.alerts.drift import Lines, find_lines


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
