"""Traces, put together: one loop that follows the ledger and sends."""

from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.ledger.measurements import Measurements
from dicom_node.monitoring.tracing.following_studies import INTERVAL_SECONDS, FollowingStudies
from dicom_node.monitoring.tracing.otlp import OtlpCollector, require_tracing
from dicom_node.ports import Clock
from dicom_node.repeating import Repeating
from domain.errors import LedgerError

#: What ended this long before a start is sent again: what the former process had not sent yet is among it.
_LOOK_BACK: Final = timedelta(minutes=10)


def start_tracing(
    settings: Settings, engine: Engine, clock: Clock, stops: ExitStack, *, seconds: float = INTERVAL_SECONDS
) -> None:
    """Send the traces of studies until `stops` is closed; what ended until then is tried once more.

    Raises:
        ConfigError: a package or a file is missing.
    """
    require_tracing(settings.tracing)
    collector = OtlpCollector(settings.tracing, settings.node.ae_title)
    studies = FollowingStudies(Measurements(engine), collector, clock.now() - _LOOK_BACK)

    def send_the_rest() -> None:
        with suppress(LedgerError):
            if studies.is_taken:  # a node that stops does not wait for a collector that is not there
                studies.send()
        collector.close()

    stops.callback(send_the_rest)
    loop = Repeating("tracing", seconds, studies.send)
    loop.start()
    stops.callback(loop.stop)
