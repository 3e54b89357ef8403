"""Compares the images of a window, by own title, sender and region."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from config.drift import Drift
from dicom_node.drift.baselines import Baselines, count_regions
from dicom_node.drift.inputs import InputLine, compare_images, compare_regions
from dicom_node.drift.look import RememberedLook
from dicom_node.drift.scores import DAYS
from dicom_node.measure_ports import EVERY_REGION, Origin, SentImages, SentMeasures
from dicom_node.ports import Clock
from inference.zoo import Precision, load_manifest, model_set
from inference.zoo.input_reference import InputReference, Measured, load_input_reference


class InputLook:
    """Compares what comes in with the validation images of a bundle, and with what came first.

    Args:
        bundle: its folder; `precision` its version.
    """

    def __init__(
        self, book: SentMeasures, clock: Clock, bundle: Path, precision: Precision, settings: Drift | None = None
    ) -> None:
        self._book, self._clock, self._bundle, self._precision = book, clock, bundle, precision
        self._settings = settings or Drift()
        self._lately = RememberedLook(clock, lambda: self.look(DAYS))

    def lines(self) -> Sequence[InputLine]:
        """Return a line for each origin of the last DAYS, as they were ten minutes ago or later.

        Raises:
            LedgerError: the store failed.
            ModelError: the files of the bundle cannot be used.
        """
        return self._lately.found()

    def look(self, days: int) -> Sequence[InputLine]:
        """Return the same of so many days, compared now: all regions of a sender together, then each of them."""
        digest, reference = self._load()
        now = self._clock.now()
        sent = self._book.sent_since(digest, now - timedelta(days=days))
        baselines = Baselines(self._book, digest, self._settings.baseline_images)
        lines = [
            compare_regions(origin, count_regions(of_it), baselines.find(origin, now))
            for origin, of_it in _by_sender(sent).items()
        ]
        for each in sent:
            validation = reference.of_region(each.origin.region) if reference is not None else {}
            lines.append(compare_images(each, validation, baselines.find(each.origin, now)))
        return sorted(lines, key=lambda line: line.origin)

    def learn_anew(self, calling_ae_title: str) -> int:
        """Await the first images of a sender from now on; return of how many origins that was known."""
        return self._book.learn_anew(calling_ae_title, self._clock.now())

    def _load(self) -> tuple[str, InputReference | None]:
        manifest = load_manifest(self._bundle, self._precision)
        if self._settings.inputs_against == "own":
            return model_set(manifest), None
        reference = load_input_reference(self._bundle)
        usable = reference is not None and reference.measured == Measured.by(manifest)
        return model_set(manifest), reference if usable else None


def _by_sender(sent: Sequence[SentImages]) -> Mapping[Origin, list[SentImages]]:
    senders: dict[Origin, list[SentImages]] = {}
    for each in sent:
        origin = Origin(each.origin.called_ae_title, each.origin.calling_ae_title, EVERY_REGION)
        senders.setdefault(origin, []).append(each)
    return senders
