"""Answers beside final reports, as gauges."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from dicom_node.agreement_ports import Comparisons
from dicom_node.monitoring import metric_table as table
from dicom_node.ports import Clock
from domain.errors import LedgerError
from domain.final_report import ReportStatement, StudyAnswer

DAYS: Final = 30
_log = logging.getLogger(__name__)


class AgreementGauges(Collector):
    """Exposes how many studies of the last DAYS have which answer beside which report."""

    def __init__(self, comparisons: Comparisons, clock: Clock) -> None:
        self._comparisons, self._clock = comparisons, clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give both gauges, zeros as well; nothing where the ledger cannot be read."""
        since = self._clock.now() - timedelta(days=DAYS)
        try:
            tallies, now = self._comparisons.tallies(since), self._comparisons.reports_now(since)
        except LedgerError as error:
            _log.warning("final reports could not be counted: %s", error)
            return
        counts: Counter[tuple[str, str]] = Counter()
        for each in tallies:
            counts[each.answer, each.statement] += each.studies
        pairs = {(answer.value, said.value): counts[answer, said] for answer in StudyAnswer for said in ReportStatement}
        yield _family(table.COMPARED_STUDIES, pairs)
        states = {"compared": now.compared, "unmatched": now.unmatched, "unanswered": now.unanswered}
        states |= {"withdrawn": now.withdrawn, "refused": sum(now.refused.values())}
        yield _family(table.FINAL_REPORTS, {(state,): number for state, number in states.items()})


def _family(metric: table.Metric, samples: dict[tuple[str, str], int] | dict[tuple[str], int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, number in samples.items():
        family.add_metric(labels, number)
    return family
