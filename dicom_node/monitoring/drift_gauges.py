"""Scores and images beside those of validation, and shares of doubt and of not analysed, as gauges."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dicom_node.drift.inputs import InputLine
from dicom_node.drift.scores import DriftLine
from dicom_node.monitoring import metric_table as table
from dicom_node.monitoring.alerts.drift import Lines, find_lines

Labels = tuple[str, ...]
#: Index and limit.
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Names:
    """How titles are called in labels: a peer must not be able to make series.

    Attributes:
        receiver: returns it of a title of this node; `sender` of a calling title.
    """

    receiver: Callable[[str], str] = str
    sender: Callable[[str], str] = str

    def label(self, called_ae_title: str, calling_ae_title: str, *others: str) -> Labels:
        """Return the values of labels."""
        return (self.receiver(called_ae_title), self.sender(calling_ae_title), *others)


class DriftGauges(Collector):
    """Exposes index and limit of each origin that is compared, and what became of its images.

    Args:
        lines: returns what was compared of scores; `inputs` what was compared of images.
    """

    def __init__(self, lines: Lines[DriftLine], inputs: Lines[InputLine], names: Names) -> None:
        self._lines, self._inputs, self._names = lines, inputs, names

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the gauges; of origins that have one name, the index that is furthest above its limit."""
        lines = find_lines(self._lines)
        yield from _expose_pairs(_score_pairs(lines, self._names), (table.STABILITY_INDEX, table.STABILITY_LIMIT))
        inputs = find_lines(self._inputs)
        yield from _expose_pairs(_input_pairs(inputs, self._names), (table.INPUT_INDEX, table.INPUT_LIMIT))
        yield _expose(table.DOUBT, _doubt_shares(lines, self._names))
        yield _expose(table.NOT_ANALYSED_SHARE, _unread_shares(lines, self._names))


def _score_pairs(lines: Sequence[DriftLine], names: Names) -> Iterator[tuple[Labels, Pair]]:
    for each in lines:
        if each.index is not None and each.limit is not None:
            yield names.label(each.called_ae_title, each.calling_ae_title, each.region), (each.index, each.limit)


def _input_pairs(lines: Sequence[InputLine], names: Names) -> Iterator[tuple[Labels, Pair]]:
    for line in lines:
        origin = line.origin
        for each in line.measures:
            if each.index is not None and each.limit is not None:
                titles = origin.called_ae_title, origin.calling_ae_title
                yield names.label(*titles, origin.region, each.measure), (each.index, each.limit)


def _doubt_shares(lines: Sequence[DriftLine], names: Names) -> Mapping[Labels, float]:
    counted: dict[Labels, tuple[int, int]] = {}
    for each in lines:
        key = names.label(each.called_ae_title, each.calling_ae_title, each.region)
        doubt, read = counted.get(key, (0, 0))
        counted[key] = doubt + each.doubt, read + each.read
    return {key: doubt / read for key, (doubt, read) in counted.items() if read}


def _unread_shares(lines: Sequence[DriftLine], names: Names) -> Mapping[Labels, float]:
    unread: dict[Labels, int] = {}
    sent: dict[Labels, int] = {}
    for each in lines:
        key = names.label(each.called_ae_title, each.calling_ae_title, each.region)
        unread[key] = unread.get(key, 0) + each.not_analysed
        sent[key[:2]] = sent.get(key[:2], 0) + each.read + each.not_analysed
    return {key: images / sent[key[:2]] for key, images in unread.items()}


def _expose_pairs(pairs: Iterable[tuple[Labels, Pair]], metrics: Sequence[table.Metric]) -> Iterator[GaugeMetricFamily]:
    found: dict[Labels, Pair] = {}
    for key, measured in pairs:
        found[key] = max(found.get(key, measured), measured, key=lambda pair: pair[0] - pair[1])
    for place, metric in enumerate(metrics):
        yield _expose(metric, {labels: values[place] for labels, values in found.items()})


def _expose(metric: table.Metric, values: Mapping[Labels, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family
