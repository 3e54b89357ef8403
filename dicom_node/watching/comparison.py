"""Champion and challenger, put together for those who watch the node."""

from collections.abc import Sequence

from prometheus_client.registry import Collector
from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.ledger.challenges import ChallengeBook
from dicom_node.ledger.report_comparisons import ComparisonView
from dicom_node.monitoring.comparison_gauges import ComparisonGauges
from dicom_node.ports import Clock
from dicom_node.reader_comparison import ComparisonLook


def list_gauges(settings: Settings, engine: Engine, clock: Clock) -> Sequence[Collector]:
    """Return the gauges of the comparison; none where there is no challenger."""
    if settings.challenger is None:
        return ()
    look = ComparisonLook(
        ChallengeBook(engine, settings.node.data, clock), ComparisonView(engine).comparisons, settings, clock
    )
    return (ComparisonGauges(look.comparison),)
