"""A study on its way through the node."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.completeness import NOTHING_KNOWN, Known


class StudyState(StrEnum):
    """Where a study is. A late image takes an ANSWERED study back to OPEN with the next version.

    RETRACTED: a person took the answer back, and every destination is told.
    SHADOW: its documents are made and kept, and nobody is ever sent them (domain/shadow.py).
    """

    OPEN = "open"
    COMPLETE = "complete"
    ANSWERED = "answered"
    HELD = "held"
    RETRACTED = "retracted"
    SHADOW = "shadow"

    @property
    def words(self) -> str:
        """As a person reads it: what was made in shadow mode is never taken for something that was sent."""
        return "in shadow mode: nothing sent" if self is StudyState.SHADOW else self.value


#: States of a version whose documents are made and were meant for somebody: it is what a later version supersedes.
SPOKEN = frozenset({StudyState.ANSWERED, StudyState.RETRACTED})
#: States of a version that says something of its images, to somebody or, in shadow mode, to nobody.
SAID = frozenset({StudyState.ANSWERED, StudyState.SHADOW})
#: States of a version whose documents are made, whoever gets them.
MADE = SPOKEN | {StudyState.SHADOW}


class CompletionRule(StrEnum):
    """Which rule closed a study (docs/completion.md); the ledger's column takes 16 characters.

    RELEASED: the shorter quiet time that a site allows after its senders have released their associations.
    ON_REQUEST: a person asked for this version, and it took no new image.
    """

    QUIET_TIME = "quiet_time"
    RELEASED = "released"
    MPPS_COMPLETED = "mpps_completed"
    SOURCE_COUNT = "source_count"
    EXPECTED_VIEWS = "expected_views"
    HARD_CAP = "hard_cap"
    ON_REQUEST = "on_request"


@dataclass(frozen=True, slots=True)
class Study:
    """One study as the ledger knows it.

    Attributes:
        version: 1 for the first answer; each late image, new reading or retraction leads to the next.
        closed_by: the rule that closed the present version, None while it is open.
        known: what was known of its completeness when it closed.
    """

    study_instance_uid: str
    state: StudyState
    version: int
    first_arrival_at: datetime
    last_arrival_at: datetime
    closed_at: datetime | None = None
    closed_by: CompletionRule | None = None
    known: Known = NOTHING_KNOWN
