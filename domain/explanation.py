"""What is made of a study when its answer has left: how far it is, and why there is none."""

from dataclasses import dataclass
from enum import StrEnum


class ExplanationState(StrEnum):
    """WAITING until its turn comes; then MADE, FAILED with a reason, or SUPERSEDED by a later version of the study."""

    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one version of a study.

    Attributes:
        recipients: names of the destinations that get it.
        turn: counts every start that was planned; 0 while the answer is on its way.
        reason: why it failed; free of patient data.
    """

    study_instance_uid: str
    version: int
    state: ExplanationState
    recipients: tuple[str, ...]
    turn: int = 0
    reason: str = ""
