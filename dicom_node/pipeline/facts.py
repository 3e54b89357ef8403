"""What is known of the open studies, gathered through small ports for the pure decision in completion.py."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final, Protocol

from dicom_node.knowledge_ports import (
    AssociationMarks,
    AssociationState,
    CompletenessLedger,
    SourceAnswer,
    SourceCounts,
)
from dicom_node.pipeline.completion import Facts, Question
from dicom_node.ports import Clock
from domain.completeness import CountedBy, ImageCount, Known, Remark
from domain.performed_step import PerformedStep, StepStatus
from domain.study import Study


class FactFinder(Protocol):
    """Finds what is known of open studies."""

    def find(self, studies: Sequence[Study]) -> Mapping[str, Facts]:
        """Return what is known, by Study Instance UID; a study that is left out has no facts."""
        ...

    def ask(self, study: Study) -> None:
        """Ask the source of a study how many images it has; returns at once."""
        ...


class NothingKnown:
    """A node that knows no more than the time of each image."""

    def find(self, _studies: Sequence[Study]) -> Mapping[str, Facts]:
        """Return nothing."""
        return {}

    def ask(self, _study: Study) -> None:
        """Ask nobody."""


class ExpectedViews(Protocol):
    """How many images the order of a study lets expect."""

    def expected(self, study: Study, arrived: Callable[[], Mapping[str, str]]) -> ImageCount | None:
        """Return the count, None where no order is known or its procedure has no number of views.

        Args:
            arrived: returns the images that are here, SOP Instance UID to SOP Class UID.
        """
        ...


class NoOrders:
    """A node without orders."""

    def expected(self, _study: Study, _arrived: Callable[[], Mapping[str, str]]) -> None:
        """Expect nothing."""


class NoSources:
    """Implements knowledge_ports.SourceCounts where no source is configured."""

    def sources_of(self, _calling_ae_titles: Collection[str]) -> bool:
        """Say that there is none."""
        return False

    def ask(self, _uid: str, _calling_ae_titles: Collection[str], _arrived: Collection[str]) -> None:
        """Ask nobody."""

    def is_asking(self, _study_instance_uid: str) -> bool:
        """Say that no question is under way."""
        return False

    def answer(self, _study_instance_uid: str) -> SourceAnswer | None:
        """Return that nobody has answered."""
        return None

    def may_ask_again(self, _study_instance_uid: str, _now: datetime) -> bool:
        """Say no."""
        return False

    def forget_others(self, _study_instance_uids: Collection[str]) -> None:
        """Forget nothing."""


NO_ORDERS: Final = NoOrders()
NO_SOURCES: Final = NoSources()
NO_FACT_FINDER: Final = NothingKnown()


@dataclass(frozen=True)
class _Look:
    """One study at one moment; what the ledger knows of it is asked where it matters, and once."""

    study: Study
    ledger: CompletenessLedger

    @cached_property
    def arrived(self) -> Mapping[str, str]:
        return self.ledger.arrived(self.study.study_instance_uid)

    @cached_property
    def senders(self) -> frozenset[str]:
        return self.ledger.senders(self.study.study_instance_uid)


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """Implements FactFinder with what this node keeps and whom it can ask.

    Args:
        asks: there are sources to ask.
        expects: there are procedures with a number of views.
        differs: own AE titles have rules of their own.
    """

    ledger: CompletenessLedger
    marks: AssociationMarks
    clock: Clock
    counts: SourceCounts = NO_SOURCES
    views: ExpectedViews = NO_ORDERS
    asks: bool = False
    expects: bool = False
    differs: bool = False

    def find(self, studies: Sequence[Study]) -> Mapping[str, Facts]:
        """Return what is known, by Study Instance UID."""
        uids = [study.study_instance_uid for study in studies]
        states, steps = self.marks.states(uids), self.ledger.steps(uids)
        self.counts.forget_others(uids)
        return {
            uid: self._find(_Look(study, self.ledger), states.get(uid, AssociationState()), steps.get(uid, ()))
            for uid, study in zip(uids, studies, strict=True)
        }

    def ask(self, study: Study) -> None:
        """Ask the source of a study how many images it has; returns at once."""
        look = _Look(study, self.ledger)
        self.counts.ask(study.study_instance_uid, look.senders, look.arrived)

    def _find(self, look: _Look, state: AssociationState, steps: Sequence[PerformedStep]) -> Facts:
        answer = self.counts.answer(look.study.study_instance_uid) if self.asks else None
        remarks = remark_on_steps(steps)
        if answer is not None and answer.remark is not None:
            remarks.add(answer.remark)
        if state.open:
            remarks.add(Remark.ASSOCIATION_OPEN)
        counts = (
            count_made(steps, look.arrived) if steps else None,
            count_held(answer, look.arrived) if answer is not None else None,
            self.views.expected(look.study, lambda: look.arrived) if self.expects else None,
        )
        known = Known(tuple(each for each in counts if each is not None), frozenset(remarks))
        question = self._question(look, answer) if self.asks else Question.NOBODY
        called = self.ledger.called_ae_title(look.study.study_instance_uid) if self.differs else ""
        return Facts(known, question, state.released, called)

    def _question(self, look: _Look, answer: SourceAnswer | None) -> Question:
        uid = look.study.study_instance_uid
        if not self.counts.sources_of(look.senders):
            return Question.NOBODY
        if self.counts.is_asking(uid):
            return Question.ASKED
        if answer is None or answer.asked_at < look.study.last_arrival_at:
            return Question.DUE
        count = count_held(answer, look.arrived)
        is_short = count is not None and count.is_short
        return Question.DUE if is_short and self.counts.may_ask_again(uid, self.clock.now()) else Question.ANSWERED


def count_held(answer: SourceAnswer, arrived: Collection[str]) -> ImageCount | None:
    """Count the images that a source holds; None where it gave no number."""
    if answer.expected is None:
        return None
    here = len(arrived) if answer.listed is None else len(answer.listed & set(arrived))
    return ImageCount(CountedBy.C_FIND, min(here, answer.expected), answer.expected)


def count_made(steps: Sequence[PerformedStep], arrived: Collection[str]) -> ImageCount | None:
    """Count the images of completed steps; None where none is completed, or one has made none that are sent here."""
    references = {uid for step in steps if step.status is StepStatus.COMPLETED for uid in step.references}
    return ImageCount(CountedBy.MPPS, len(references & set(arrived)), len(references)) if references else None


def remark_on_steps(steps: Sequence[PerformedStep]) -> set[Remark]:
    """Return what steps without a count say: that work goes on, or was given up."""
    remarks = {
        StepStatus.IN_PROGRESS: Remark.STEP_IN_PROGRESS,
        StepStatus.DISCONTINUED: Remark.STEP_DISCONTINUED,
    }
    return {remarks[step.status] for step in steps if step.status in remarks}
