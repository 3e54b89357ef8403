"""When a study counts as complete: a pure decision, from what is known to the rule that closes it.

DICOM has no signal for it. Who has counted the images is believed; nobody's count keeps a study beyond the hard cap.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from config.settings import Completion
from domain.completeness import NOTHING_KNOWN, CountedBy, Known, Remark, describe
from domain.study import CompletionRule, Study, StudyState

#: Somebody works on the study at this moment: no silence means anything.
_HELD_BY = frozenset({Remark.ASSOCIATION_OPEN, Remark.STEP_IN_PROGRESS})


class Question(Enum):
    """How far the question to the source is: how many images has the study?

    NOBODY: there is no source to ask. DUE: it has not been asked since the last image, or should be asked again.
    ASKED: it has not answered yet. ANSWERED: `Known` has the count, or why there is none.
    """

    NOBODY = auto()
    DUE = auto()
    ASKED = auto()
    ANSWERED = auto()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an open study now.

    Attributes:
        released: no association brings its images any more, and the last one that did was released.
        called_ae_title: own AE title that its first image was sent to, where titles have rules of their own.
    """

    known: Known = NOTHING_KNOWN
    question: Question = Question.NOBODY
    released: bool = False
    called_ae_title: str = ""


NO_FACTS = Facts()


def due(study: Study, facts: Facts, now: datetime, settings: Completion) -> CompletionRule | None:
    """Return the rule that closes an open study now, None while it may still grow.

    The hard cap counts from the first image of the present version, so a peer that trickles images for ever does not
    keep a study from being answered. Where another rule holds as well, that one is named: nothing was cut off.
    """
    if study.state is not StudyState.OPEN:
        return None
    rule = _counted(facts) or _silent(study, facts, now, settings)
    if rule is None and _since(study.first_arrival_at, now) >= timedelta(seconds=settings.hard_cap_seconds):
        return CompletionRule.HARD_CAP
    return rule


def is_question_due(study: Study, facts: Facts, now: datetime, settings: Completion) -> bool:
    """Say whether the source should be asked now: only silence makes its count worth a question."""
    if study.state is not StudyState.OPEN or facts.question is not Question.DUE or facts.known.count(CountedBy.MPPS):
        return False
    return not facts.known.remarks & _HELD_BY and _silence(study, facts, now, settings) is not None


def describe_wait(facts: Facts, settings: Completion) -> str:
    """Return what an open study waits for, in words: what keeps it open, else the silence that closes it."""
    if facts.known.remarks & _HELD_BY or facts.known.shortfall is not None:
        return f"waits: {describe(facts.known)}"
    shorter = settings.released_quiet_seconds if facts.released else None
    seconds = min(filter(None, (settings.quiet_seconds, shorter)))
    return "; ".join(filter(None, (f"waits for {seconds:g} s without an image", describe(facts.known))))


def _counted(facts: Facts) -> CompletionRule | None:
    """The rule of a count that needs no silence: every image that was made, or that the order expects, is here."""
    known = facts.known
    if Remark.STEP_IN_PROGRESS in known.remarks:
        return None
    made, expected = known.count(CountedBy.MPPS), known.count(CountedBy.ORDER)
    if made is not None:
        return None if made.is_short else CompletionRule.MPPS_COMPLETED
    if expected is None or expected.is_short or Remark.ASSOCIATION_OPEN in known.remarks:
        return None
    return CompletionRule.EXPECTED_VIEWS


def _silent(study: Study, facts: Facts, now: datetime, settings: Completion) -> CompletionRule | None:
    """The rule of a silence that nothing known contradicts."""
    known = facts.known
    if known.remarks & _HELD_BY or known.shortfall is not None or facts.question in (Question.DUE, Question.ASKED):
        return None
    rule = _silence(study, facts, now, settings)
    return CompletionRule.SOURCE_COUNT if rule and known.count(CountedBy.C_FIND) else rule


def _silence(study: Study, facts: Facts, now: datetime, settings: Completion) -> CompletionRule | None:
    """Which silence is over: the usual one, or the shorter one after a release."""
    quiet, shorter = _since(study.last_arrival_at, now), settings.released_quiet_seconds
    if quiet >= timedelta(seconds=settings.quiet_seconds):
        return CompletionRule.QUIET_TIME
    if facts.released and shorter is not None and quiet >= timedelta(seconds=shorter):
        return CompletionRule.RELEASED
    return None


def _since(then: datetime, now: datetime) -> timedelta:
    """Return how long ago something was; where it lies ahead, by how much.

    A clock that was set back by an hour would otherwise keep every open study waiting for an hour. A study that is
    closed too early for it loses nothing: an image that comes later opens the next version.
    """
    return abs(now - then)
