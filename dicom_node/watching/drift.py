"""What is compared with validation, put together for those who watch the node."""

from functools import partial

from sqlalchemy import Engine

from config.settings import Settings
from dicom_node.ledger.sent_readings import SentReadingBook
from dicom_node.monitoring.alerts.drift import find_drift
from dicom_node.ports import Clock
from dicom_node.score_drift import DriftLook
from dicom_node.watching.watch import CauseSource
from inference.zoo import BUNDLED


def look_for_drift(settings: Settings, engine: Engine, clock: Clock) -> DriftLook:
    """Return what compares the scores of the models that read with those of validation; nothing is asked yet."""
    reading = settings.reading
    return DriftLook(SentReadingBook(engine), clock, reading.bundle or BUNDLED, reading.precision)


def find_causes(settings: Settings, engine: Engine, clock: Clock) -> CauseSource:
    """Return what gives the alerts of drift."""
    return partial(find_drift, look_for_drift(settings, engine, clock).lines, settings.alerts.drift_index)
