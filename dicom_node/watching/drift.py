"""What is compared with validation, put together for those who watch the node."""

from collections.abc import Iterator

from sqlalchemy import Engine

from config.drift import Drift
from config.settings import Settings
from dicom_node.drift.input_look import InputLook
from dicom_node.drift.scores import DriftLook
from dicom_node.ledger.image_measures import ImageMeasureBook
from dicom_node.ledger.sent_readings import SentReadingBook
from dicom_node.monitoring.alerts.drift import find_drift, find_input_drift
from dicom_node.ports import Clock
from dicom_node.watching.watch import CauseSource
from domain.alert import Cause
from inference.zoo import BUNDLED


def look_for_drift(settings: Settings, engine: Engine, clock: Clock) -> DriftLook:
    """Return what compares the scores of the models that read with those of validation; nothing is asked yet."""
    reading = settings.reading
    return DriftLook(SentReadingBook(engine), clock, reading.bundle or BUNDLED, reading.precision)


def look_at_inputs(settings: Settings, engine: Engine, clock: Clock, drift: Drift | None = None) -> InputLook:
    """Return what compares the images that come in, as the settings or `drift` say; nothing is asked yet."""
    reading = settings.reading
    bundle = reading.bundle or BUNDLED
    return InputLook(ImageMeasureBook(engine), clock, bundle, reading.precision, drift or settings.drift)


def find_causes(settings: Settings, engine: Engine, clock: Clock) -> CauseSource:
    """Return what gives the alerts of drift.

    Those of images are of what changed here: a hospital that is not like the validation images is so every day.
    """
    scores = look_for_drift(settings, engine, clock)
    inputs = look_at_inputs(settings, engine, clock, settings.drift.model_copy(update={"inputs_against": "own"}))

    def causes() -> Iterator[Cause]:
        yield from find_drift(scores.lines, settings.alerts.drift_index)
        yield from find_input_drift(inputs.lines, settings.alerts.input_drift_index)

    return causes
