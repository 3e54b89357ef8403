"""Champion and challenger, as gauges."""

import logging
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dicom_node.challenger_ports import ChallengeState
from dicom_node.monitoring import metric_table as table
from dicom_node.monitoring.metric_table import Metric
from dicom_node.reader_comparison import ReaderComparison
from domain.errors import LedgerError, ModelError

_log = logging.getLogger(__name__)


class ComparisonGauges(Collector):
    """Exposes how far the challenger is, and how far it agrees with the champion.

    Args:
        comparison: returns what was compared, None where nothing is; may raise LedgerError or ModelError.
    """

    def __init__(self, comparison: Callable[[], ReaderComparison | None]) -> None:
        self._comparison = comparison

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give every gauge; no sample of agreement where there is nothing to agree on."""
        for metric, samples in self._samples(self._look()):
            family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
            for labels, value in samples:
                family.add_metric(labels, value)
            yield family

    def _look(self) -> ReaderComparison | None:
        try:
            return self._comparison()
        except (LedgerError, ModelError) as error:
            _log.warning("champion and challenger could not be compared: %s", error)
            return None

    def _samples(
        self, found: ReaderComparison | None
    ) -> Iterator[tuple[Metric, Iterable[tuple[tuple[str, ...], float]]]]:
        states = found.states if found else {}
        yield table.CHALLENGER_IMAGES, [((each.value,), states.get(each, 0)) for each in ChallengeState]
        agreement = found.agreement if found else None
        yield table.CHALLENGER_AGREEMENT, [((), agreement.observed)] if agreement else []
        kappa = agreement.kappa if agreement else None
        yield table.CHALLENGER_KAPPA, [((), kappa)] if kappa is not None else []
