"""Whether the models say here what they said where they were validated, for each sender and region.

It compares what was said, and not whether it was right: another share of fractures among the patients moves it as a
new detector does.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from dicom_node.drift.look import RememberedLook
from dicom_node.ports import Clock
from dicom_node.reading_ports import ReadingScores, SentReadings
from domain.finding import FractureState
from inference.population_stability import limit_stability, measure_stability
from inference.zoo import Precision, load_manifest, model_set
from inference.zoo.score_reference import RegionScores, ScoreReference, load_score_reference

#: Below, an index says more of chance than of the images.
LEAST_IMAGES: Final = 50
#: Below, a difference is small, however many images show it (Siddiqi, Credit Risk Scorecards, 2006).
NOTABLE_INDEX: Final = 0.1
DAYS: Final = 30


class DriftVerdict(StrEnum):
    """How what was said compares with the validation images."""

    SAME = "same"
    DIFFERS = "differs"
    TOO_FEW = "too_few"
    NO_REFERENCE = "no_reference"
    LEARNING = "learning"  # the sender's first images are still awaited


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One sender and region, at one title of this node.

    Attributes:
        region: empty where the models saw none.
        read: images of which the models spoke; doubt: those of them that are in doubt.
        reasons: images of which nothing was said, by reason code.
        sent: images of this sender to that title, of every region.
        index, limit: the population stability index and what it stays below by chance; None where not compared.
        reference_doubt: share of doubt among the validation images of the region.
        called_ae_title: the title of this node that they were sent to.
    """

    calling_ae_title: str
    region: str
    read: int
    doubt: int
    reasons: Mapping[str, int]
    sent: int
    verdict: DriftVerdict
    index: float | None = None
    limit: float | None = None
    reference_doubt: float | None = None
    called_ae_title: str = ""

    @property
    def not_analysed(self) -> int:
        """Images of which nothing was said."""
        return sum(self.reasons.values())

    @property
    def doubt_share(self) -> float | None:
        """Doubt among what was read, None where nothing was."""
        return self.doubt / self.read if self.read else None

    @property
    def not_analysed_share(self) -> float:
        """Share of the sender's images: where nothing was said, the models seldom saw a region either."""
        return self.not_analysed / self.sent


def compare_all(found: Sequence[SentReadings], reference: ScoreReference | None) -> list[DriftLine]:
    """Return a line for each own title, sender and region."""
    sent: Counter[tuple[str, str]] = Counter()
    for each in found:
        sent[each.called_ae_title, each.calling_ae_title] += each.images
    return [_compare(each, reference, sent[each.called_ae_title, each.calling_ae_title]) for each in found]


def _compare(sent: SentReadings, reference: ScoreReference | None, total: int) -> DriftLine:
    scores = reference.regions.get(sent.region) if reference is not None else None
    read, doubt = len(sent.probabilities), sent.states.get(FractureState.DOUBT, 0)
    said = DriftLine(
        *(sent.calling_ae_title, sent.region, read, doubt, sent.reasons, total, DriftVerdict.NO_REFERENCE),
        called_ae_title=sent.called_ae_title,
    )
    if scores is None:
        return said
    said = replace(said, reference_doubt=scores.states["doubt"] / scores.images)
    if read < LEAST_IMAGES:
        return replace(said, verdict=DriftVerdict.TOO_FEW)
    index, limit = _measure(sent, scores)
    verdict = DriftVerdict.DIFFERS if index > max(limit, NOTABLE_INDEX) else DriftVerdict.SAME
    return replace(said, verdict=verdict, index=index, limit=limit)


def _measure(sent: SentReadings, scores: RegionScores) -> tuple[float, float]:
    index = measure_stability(scores.counts, scores.count(sent.probabilities))
    return index, limit_stability(scores.counts, len(sent.probabilities))


class DriftLook:
    """Compares what a bundle says here with what it said where it was validated; remembers it for ten minutes.

    Args:
        bundle: its folder; `precision` its version.
    """

    def __init__(self, scores: ReadingScores, clock: Clock, bundle: Path, precision: Precision) -> None:
        self._scores, self._clock, self._bundle, self._precision = scores, clock, bundle, precision
        self._lately = RememberedLook(clock, lambda: self.look(DAYS))

    def lines(self) -> Sequence[DriftLine]:
        """Return a line for each own title, sender and region of the last DAYS.

        Raises:
            LedgerError: the store failed.
            ModelError: the files of the bundle cannot be used.
        """
        return self._lately.found()

    def look(self, days: int) -> Sequence[DriftLine]:
        """Return the same of so many days, compared now."""
        digest = model_set(load_manifest(self._bundle, self._precision))
        reference = load_score_reference(self._bundle, self._precision)
        if reference is not None and reference.model_set != digest:
            reference = None  # it was said by other models
        found = self._scores.by_sender_and_region(digest, self._clock.now() - timedelta(days=days))
        return compare_all(found, reference)
