"""A study that a person asked to be fetched from an archive, and how far that is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RetrievalMethod(StrEnum):
    """How images come (PS3.4 C.4.2 and C.4.3)."""

    MOVE = "move"  # the archive opens an association to this node
    GET = "get"  # they come back on the association that asks


class RetrievalState(StrEnum):
    """How far a retrieval is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Retrieval:
    """One request for one study.

    Attributes:
        archive: AE title of the archive that has it.
        next_attempt_at: None where there is nothing left to try.
        said: how the last attempt ended, in words for a person.
    """

    number: int
    study_instance_uid: str
    archive: str
    state: RetrievalState
    asked_at: datetime
    attempts: int = 0
    next_attempt_at: datetime | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class RetrievalAttempt:
    """How one attempt ended.

    Attributes:
        completed: images that the archive says it has handed over.
        failed: images that it could not hand over.
        again: whether another attempt may end otherwise.
        said: why it is not done; empty where it is.
    """

    completed: int = 0
    failed: int = 0
    again: bool = False
    said: str = ""

    @property
    def is_done(self) -> bool:
        """Whether every image of the study was handed over."""
        return self.completed > 0 and not self.failed and not self.said
