"""The Protocols of final reports: who finds their studies, and who asks how they agree with the answers.

Like those of ports.py; each has a fake in tests/fakes and one contract suite for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.final_report import ReportRemark, ReportStatement, ReportStatus, StudyAnswer
from domain.order import ImagingOrder


@dataclass(frozen=True, slots=True)
class ReportCandidate:
    """A report whose study is not known yet, the studies here that carry its numbers, and what was noted before."""

    key: str
    order: ImagingOrder
    study_instance_uids: tuple[str, ...]
    remark: ReportRemark | None = None


class ReportMatching(Protocol):
    """Finds the studies of reports, and notes what both say. Every method raises LedgerError."""

    def candidates(self, since: datetime | None = None) -> Sequence[ReportCandidate]:
        """Return the reports without a study that may be of one that is here.

        Args:
            since: the report, or an image of the study, came then or later; None for all.
        """
        ...

    def assign(self, key: str, study_instance_uid: str, remark: ReportRemark | None = None) -> None:
        """Note the study of a report; without one, why it is compared with none."""
        ...

    def compare(self) -> int:
        """Note what answers say beside the reports that were not compared yet; return of how many studies.

        One that is not answered yet waits for its first answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """One study: what its final report says, and what we said.

    Attributes:
        rule: that decided what the report says.
        version: of our answer.
        region: as the models saw it; "several", or empty where they saw none.
        model_set: digest of the models that answered.
    """

    study_instance_uid: str
    version: int
    statement: ReportStatement
    rule: str
    answer: StudyAnswer
    region: str
    calling_ae_title: str
    model_set: str
    compared_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many studies are alike in what was said, where, and by which models."""

    answer: StudyAnswer
    statement: ReportStatement
    region: str
    calling_ae_title: str
    model_set: str
    studies: int


@dataclass(frozen=True, slots=True)
class ReportsNow:
    """The reports that are kept, those of studies of other departments among them.

    Attributes:
        received: all of them; compared: those whose study has an answer.
        unmatched: no study with their numbers is here; unanswered: theirs has no answer yet.
        refused: compared with nothing, by the remark that says why.
        withdrawn: taken back.
    """

    received: int
    compared: int
    unmatched: int
    unanswered: int
    withdrawn: int
    refused: dict[ReportRemark, int]


@dataclass(frozen=True, slots=True)
class StudyReport:
    """One final report of a study, for a person to see; `control_id` is MSH-10 of its last message."""

    statement: ReportStatement
    rule: str
    status: ReportStatus
    control_id: str
    accession_number: str
    said_at: datetime | None
    received_at: datetime


class Comparisons(Protocol):
    """What reports say beside our answers. Every method raises LedgerError."""

    def comparisons(self, since: datetime | None = None) -> Sequence[Comparison]:
        """Return the comparisons, those made at `since` or later, the latest first."""
        ...

    def tallies(self, since: datetime | None = None) -> Sequence[Tally]:
        """Return the same as counts."""
        ...

    def contradicting(self, since: datetime | None = None, limit: int | None = None) -> Sequence[Comparison]:
        """Return those where one says a fracture and the other none: what we did not call first, then the latest."""
        ...

    def comparison_of(self, study_instance_uid: str) -> Comparison | None:
        """Return the comparison of a study, None where there is none."""
        ...

    def reports_of(self, study_instance_uid: str) -> Sequence[StudyReport]:
        """Return the final reports of a study, the first that came first."""
        ...

    def reports_now(self, since: datetime | None = None) -> ReportsNow:
        """Return what is kept, of reports that came at `since` or later."""
        ...
