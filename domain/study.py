"""A study on its way through the node."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StudyState(StrEnum):
    """Where a study is. A late image takes an ANSWERED study back to OPEN with the next version."""

    OPEN = "open"
    COMPLETE = "complete"
    ANSWERED = "answered"
    HELD = "held"


class CompletionRule(StrEnum):
    """Which rule closed a study."""

    QUIET_TIME = "quiet_time"
    HARD_CAP = "hard_cap"


@dataclass(frozen=True, slots=True)
class Study:
    """One study as the ledger knows it.

    Attributes:
        version: 1 for the first answer; each late image leads to the next.
        closed_by: the rule that closed the present version, None while it is open.
    """

    study_instance_uid: str
    state: StudyState
    version: int
    first_arrival_at: datetime
    last_arrival_at: datetime
    closed_at: datetime | None = None
    closed_by: CompletionRule | None = None
