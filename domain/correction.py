"""What happens to an answer that is out: a later version takes its place, or a person takes it back."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.finding import StudyFindings

NAME_LENGTH = 64
NOTE_LENGTH = 500


class RetractionReason(StrEnum):
    """Why a person takes an answer back. The values are stable: they stand in the ledger and in documents."""

    RADIOLOGIST_DISAGREES = "radiologist-disagrees"
    WRONG_PATIENT = "wrong-patient"
    WRONG_SIDE = "wrong-side"
    IMAGE_QUALITY = "image-quality"
    SOFTWARE_FAULT = "software-fault"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Retraction:
    """That an answer is taken back.

    Attributes:
        by: name or role of who decided, as the documents say it; at most NAME_LENGTH characters, may be empty.
        note: free words for the reader of the documents; at most NOTE_LENGTH characters, may be empty. Never logged,
            and neither shown by `repr`: people write names into notes.

    Raises:
        ValueError: a text is too long or has control characters; the message does not repeat it.
    """

    reason: RetractionReason
    by: str = field(default="", repr=False)
    note: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for name, text, limit in (("by", self.by, NAME_LENGTH), ("note", self.note, NOTE_LENGTH)):
            if len(text) > limit:
                raise ValueError(f"{name} has at most {limit} characters, not {len(text)}")
            if not text.isprintable():
                raise ValueError(f"{name} is one line without control characters")


@dataclass(frozen=True, slots=True)
class Superseded:
    """The answer that a later version takes the place of.

    Attributes:
        version: its number; not always one less, for a version that was held was never an answer.
        findings: what it said; None where the ledger does not know it, or it was a retraction.
        retracted: it took the answer before it back.
    """

    version: int
    findings: StudyFindings | None = None
    retracted: bool = False

    def __post_init__(self) -> None:
        if self.version < 1:
            raise ValueError("versions count from 1")
