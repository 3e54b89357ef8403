"""A challenger beside the champion: what both said of the same images, and where they differ.

It compares two sets of models with each other, and neither with the truth: a challenger that says something else may be
better or worse.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, quantiles
from threading import Lock
from typing import Final

from config.challenger import Challenger
from config.reading import Reading
from config.settings import Settings
from dicom_node import report_agreement
from dicom_node.agreement_ports import Comparison
from dicom_node.challenger_ports import Challenged, ChallengeState, ComparedReadings, Pairing
from dicom_node.ports import Clock
from domain.comparison import ComparedImage, Said, Statement
from domain.final_report import ReportStatement, StudyAnswer
from inference.rater_agreement import Agreement, measure_agreement
from inference.zoo import BUNDLED, load_manifest, model_set

DAYS: Final = 30
#: Shares of the scores and times that are told.
PERCENTILES: Final = (5, 25, 50, 75, 95)
#: What is compared stays so long.
KEPT: Final = timedelta(minutes=10)
#: From the most suspicious.
_ORDER: Final = tuple(Statement)
_Pair = tuple[StudyAnswer, ReportStatement]
#: Returns what reports say beside answers, of those that were compared at a time or later.
Reports = Callable[[datetime], Sequence[Comparison]]


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of difference: images of which the champion says one thing and the challenger another."""

    champion: Statement
    challenger: Statement
    images: int


@dataclass(frozen=True, slots=True)
class Side:
    """What one of both said.

    Attributes:
        statements: images by statement.
        failures: images of which its reading failed, by reason; they are in no other number.
        probabilities: PERCENTILES of the probability of a fracture, empty below two images.
        milliseconds: PERCENTILES of how long reading took, empty below two images.
    """

    statements: Mapping[Statement, int]
    failures: Mapping[str, int]
    probabilities: tuple[float, ...]
    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ReaderComparison:
    """Champion and challenger on the same images.

    Attributes:
        states: every image of the pairing, by how far the challenger is with it.
        agreement: on the statements of images that neither failed on; None where there is none.
        changes: the kinds of differences, the most frequent first.
        same_region: share of the images that both saw a region in, and the same one; None where there is none.
        reported: champion and challenger beside the final reports of the studies of which both have read every image;
            None where there is no report.
        difference: mean of the challenger's probability less the champion's, and mean distance; None where none.
    """

    pairing: Pairing
    states: Mapping[ChallengeState, int]
    agreement: Agreement | None
    changes: tuple[Change, ...]
    champion: Side
    challenger: Side
    same_region: float | None
    difference: tuple[float, float] | None
    reported: tuple[report_agreement.Agreement, report_agreement.Agreement] | None = None


def compare(challenged: Challenged, reports: Mapping[str, ReportStatement] | None = None) -> ReaderComparison:
    """Return how both compare.

    Args:
        reports: what the final reports of studies say, by Study Instance UID.
    """
    images = challenged.images
    spoken = [each for each in images if each.champion.statement and each.challenger.statement]
    return ReaderComparison(
        pairing=challenged.pairing,
        states=challenged.states,
        agreement=measure_agreement(_tabulate(spoken)) if spoken else None,
        changes=_find_changes(spoken),
        champion=_describe_side(images, spoken, lambda each: each.champion),
        challenger=_describe_side(images, spoken, lambda each: each.challenger),
        same_region=_find_same_region(spoken),
        difference=_measure_difference(spoken),
        reported=_set_beside(reports or {}, spoken, challenged.partly),
    )


def _set_beside(
    reports: Mapping[str, ReportStatement], spoken: Sequence[ComparedImage], partly: Collection[str]
) -> tuple[report_agreement.Agreement, report_agreement.Agreement] | None:
    """Return both beside the reports of whole studies: each study counts by its most suspicious image."""
    studies: dict[str, list[ComparedImage]] = defaultdict(list)
    for each in spoken:
        if each.study_instance_uid in reports and each.study_instance_uid not in partly:
            studies[each.study_instance_uid].append(each)
    if not studies:
        return None
    one, other = Counter[_Pair](), Counter[_Pair]()
    for uid, images in studies.items():
        one[_most_suspicious(each.champion for each in images), reports[uid]] += 1
        other[_most_suspicious(each.challenger for each in images), reports[uid]] += 1
    return _count(one), _count(other)


def _count(counts: Mapping[_Pair, int]) -> report_agreement.Agreement:
    return report_agreement.Agreement(report_agreement.Grouping.ALL, "", dict(counts))


def _most_suspicious(said: Iterable[Said]) -> StudyAnswer:
    statements = {each.statement for each in said}
    return StudyAnswer(next(each for each in _ORDER if each in statements).value)


def _tabulate(spoken: Sequence[ComparedImage]) -> list[list[list[int]]]:
    """Return for each study the counts of its images, the champion's statement down."""
    tables: dict[str, list[list[int]]] = defaultdict(lambda: [[0] * len(_ORDER) for _ in _ORDER])
    for each in spoken:
        if each.champion.statement and each.challenger.statement:
            row = tables[each.study_instance_uid][_ORDER.index(each.champion.statement)]
            row[_ORDER.index(each.challenger.statement)] += 1
    return list(tables.values())


def _find_changes(spoken: Sequence[ComparedImage]) -> tuple[Change, ...]:
    kinds = Counter((each.champion.statement, each.challenger.statement) for each in spoken)
    changes = (Change(one, other, number) for (one, other), number in kinds.items() if one and other and one != other)
    return tuple(sorted(changes, key=lambda each: (-each.images, each.champion, each.challenger)))


def _describe_side(
    images: Sequence[ComparedImage], spoken: Sequence[ComparedImage], of: Callable[[ComparedImage], Said]
) -> Side:
    said = [of(each) for each in spoken]
    return Side(
        statements=Counter(each.statement for each in said if each.statement),
        failures=Counter(of(each).reason for each in images if of(each).statement is None),
        probabilities=_percentiles([each.probability for each in said if each.probability is not None]),
        milliseconds=_percentiles([each.milliseconds for each in said if each.probability is not None]),
    )


def _percentiles(values: Sequence[float]) -> tuple[float, ...]:
    if len(values) < 2:
        return ()
    cuts = quantiles(values, n=100, method="inclusive")
    return tuple(cuts[each - 1] for each in PERCENTILES)


def _find_same_region(spoken: Sequence[ComparedImage]) -> float | None:
    both = [(each.champion.region, each.challenger.region) for each in spoken]
    seen = [one == other for one, other in both if one and other]
    return fmean(seen) if seen else None


def _measure_difference(spoken: Sequence[ComparedImage]) -> tuple[float, float] | None:
    pairs = [(each.champion.probability, each.challenger.probability) for each in spoken]
    steps = [other - one for one, other in pairs if one is not None and other is not None]
    return (fmean(steps), fmean(map(abs, steps))) if steps else None


def find_pairing(reading: Reading, challenger: Challenger | None) -> Pairing | None:
    """Return whom a configuration compares, None where it has no challenger; raises ModelError."""
    if challenger is None:
        return None
    sets = (model_set(load_manifest(each.bundle or BUNDLED, each.precision)) for each in (reading, challenger))
    return Pairing(*sets)


class ComparisonLook:
    """Compares what the ledger has of the pairing of a configuration; remembers it for ten minutes.

    Without a challenger in the configuration, the latest pairing that anything is kept of.
    """

    def __init__(self, readings: ComparedReadings, reports: Reports, settings: Settings, clock: Clock) -> None:
        self._readings, self._reports, self._settings, self._clock = readings, reports, settings, clock
        self._lock = Lock()
        self._known: tuple[datetime, ReaderComparison | None] | None = None

    def comparison(self) -> ReaderComparison | None:
        """Return the comparison of the last DAYS, None where nothing is to be compared.

        Raises:
            LedgerError: the store failed.
            ModelError: the files of a bundle cannot be used.
        """
        with self._lock:
            now = self._clock.now()
            if self._known is None or not timedelta() <= now - self._known[0] < KEPT:
                self._known = now, self.look(DAYS)
            return self._known[1]

    def look(self, days: int) -> ReaderComparison | None:
        """Return the same of so many days, compared now."""
        wanted = find_pairing(self._settings.reading, self._settings.challenger)
        pairing = wanted or next(iter(self._readings.pairings()), None)
        if pairing is None:
            return None
        challenged = self._readings.challenged(pairing, self._clock.now() - timedelta(days=days))
        # A report comes after its answer, so that none that was compared before is of these studies.
        reports = self._reports(self._clock.now() - timedelta(days=days))
        return compare(challenged, {each.study_instance_uid: each.statement for each in reports})
