"""What a node reads, explains and words with: made of its settings, before a ledger is open."""

import logging
from dataclasses import dataclass
from typing import Protocol

from config.settings import Settings
from dicom_node.pipeline.bundle_identity import identify_bundle
from dicom_node.pipeline.explainer import ChildExplainer
from dicom_node.pipeline.obstacles import find_obstacles
from dicom_node.pipeline.reader_pool import ReaderPool
from dicom_node.ports import FractureReader, StudyExplainer
from domain.impression import PhraseWriter
from inference.phrases.opening import open_writer
from inference.zoo import BUNDLED, load_manifest
from reporting.context import BundleIdentity

_log = logging.getLogger(__name__)


class WarmReader(FractureReader, Protocol):
    """A reader that owns processes."""

    def warm_up(self) -> None:
        """Return when it can read."""
        ...

    def close(self) -> None:
        """End its processes."""
        ...


@dataclass(frozen=True, slots=True)
class BundleReader:
    """A reader, and the bundle of models that it reads with."""

    reader: WarmReader
    bundle: BundleIdentity


def open_reader(settings: Settings, pool: ReaderPool | None = None) -> BundleReader:
    """Return the readers that a configuration asks for (`pool`: they began). Raises ModelError: no usable bundle."""
    reading = settings.reading
    manifest = load_manifest(reading.bundle or BUNDLED, reading.precision)
    return BundleReader(pool or ReaderPool.of_settings(reading, data=settings.node.data), identify_bundle(manifest))


def open_spare_reader(settings: Settings) -> WarmReader:
    """Return what reads single images for the console. Raises ModelError where the bundle cannot be used."""
    return ReaderPool.of_settings(settings.reading, aside=True, data=settings.node.data)


def open_explainer(settings: Settings) -> StudyExplainer | None:
    """Return what explains studies when their answers have left, None where the configuration asks for none."""
    for obstacle in find_obstacles(settings):
        _log.warning("%s", obstacle)
    return ChildExplainer.of_settings(settings) if settings.explanations.lime else None


def open_phrase_writer(settings: Settings) -> PhraseWriter | None:
    """Return what proposes impressions, None where templates alone do; raises ModelError where it cannot be used."""
    return open_writer(settings.reporting)
