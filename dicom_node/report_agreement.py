"""How our answers agree with the final reports: counts, and what follows from them, by region, sender and models.

It is agreement and not truth: a report is one radiologist's, who may have seen our answer before writing it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dicom_node.agreement_ports import Tally
from domain.final_report import ReportStatement, StudyAnswer
from inference.diagnostic_accuracy import Estimate, estimate_kappa, estimate_share

FRACTURE, NO_FRACTURE = ReportStatement.FRACTURE, ReportStatement.NO_FRACTURE
#: Both in the same order, from no fracture to a fracture.
_ANSWERS: Final = (StudyAnswer.ABSENT, StudyAnswer.DOUBT, StudyAnswer.PRESENT)
_STATEMENTS: Final = (NO_FRACTURE, ReportStatement.DOUBTFUL, FRACTURE)


class Grouping(StrEnum):
    """By what studies are counted apart."""

    ALL = "all"
    REGION = "region"
    SENDER = "sender"
    MODELS = "models"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The studies of one group.

    Attributes:
        name: of the region, the sender or the models; empty for all, and where no region was seen.
        counts: studies by what we said and what their report says.
    """

    grouping: Grouping
    name: str
    counts: Mapping[tuple[StudyAnswer, ReportStatement], int]

    def count(self, answers: Iterable[StudyAnswer], statements: Iterable[ReportStatement]) -> int:
        """Return how many studies have one of these answers and one of these statements."""
        wanted = tuple(statements)
        return sum(self.counts.get((answer, each), 0) for answer in answers for each in wanted)

    @property
    def studies(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def sensitivity(self) -> Estimate | None:
        """Of those with a fracture in the report, and that were analysed: the share that we called present or doubt."""
        return self._share((StudyAnswer.PRESENT, StudyAnswer.DOUBT), _ANSWERS, FRACTURE)

    @property
    def sensitivity_present(self) -> Estimate | None:
        """Of the same: the share that we called present."""
        return self._share((StudyAnswer.PRESENT,), _ANSWERS, FRACTURE)

    @property
    def specificity(self) -> Estimate | None:
        """Of those without a fracture in the report, and that were analysed: the share that we called absent."""
        return self._share((StudyAnswer.ABSENT,), _ANSWERS, NO_FRACTURE)

    @property
    def predictive_value(self) -> Estimate | None:
        """Of those that we called present, where the report says either: the share with a fracture."""
        trials = self.count((StudyAnswer.PRESENT,), (FRACTURE, NO_FRACTURE))
        return estimate_share(self.count((StudyAnswer.PRESENT,), (FRACTURE,)), trials)

    @property
    def negative_predictive_value(self) -> Estimate | None:
        """Of those that we called absent, where the report says either: the share without a fracture."""
        trials = self.count((StudyAnswer.ABSENT,), (FRACTURE, NO_FRACTURE))
        return estimate_share(self.count((StudyAnswer.ABSENT,), (NO_FRACTURE,)), trials)

    @property
    def kappa(self) -> Estimate | None:
        """Of absent, doubt, present beside no fracture, doubtful, fracture; linear weights."""
        return estimate_kappa([[self.counts.get((answer, said), 0) for said in _STATEMENTS] for answer in _ANSWERS])

    @property
    def not_stated(self) -> Estimate | None:
        """The share of reports of which it cannot be told what they say."""
        return estimate_share(self.count(StudyAnswer, (ReportStatement.NOT_STATED,)), self.studies)

    def _share(
        self, said: Sequence[StudyAnswer], among: Sequence[StudyAnswer], statement: ReportStatement
    ) -> Estimate | None:
        return estimate_share(self.count(said, (statement,)), self.count(among, (statement,)))


def count_agreement(tallies: Iterable[Tally]) -> tuple[Agreement, ...]:
    """Return the agreement of all studies, then by region, sender and models; the largest groups first."""
    groups: dict[tuple[Grouping, str], Counter[tuple[StudyAnswer, ReportStatement]]] = defaultdict(Counter)
    groups[Grouping.ALL, ""] = Counter()
    for each in tallies:
        names = ("", each.region, each.calling_ae_title, each.model_set)
        for grouping, name in zip(Grouping, names, strict=True):
            groups[grouping, name][each.answer, each.statement] += each.studies
    places = {grouping: place for place, grouping in enumerate(Grouping)}
    found = (Agreement(grouping, name, dict(counts)) for (grouping, name), counts in groups.items())
    return tuple(sorted(found, key=lambda each: (places[each.grouping], -each.studies, each.name)))
