"""What two sets of models said of the same image: the champion, whose answers are sent, and a challenger."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.finding import ImageReading, ReadingStatus


class Statement(StrEnum):
    """What is said of one image, in the order in which it is told."""

    PRESENT = "present"
    DOUBT = "doubt"
    ABSENT = "absent"
    NOT_ANALYSED = "not_analysed"


@dataclass(frozen=True, slots=True)
class Said:
    """What one set of models said of an image.

    Attributes:
        statement: None where reading failed, which says nothing of the models' judgement.
        probability: of a fracture, calibrated, 0 to 1; None where nothing was read.
        region: as the models saw it, empty where they did not.
        reason: code of inference/reasons.py, empty where it was read.
        milliseconds: how long reading took.
    """

    statement: Statement | None
    probability: float | None
    region: str
    reason: str
    milliseconds: float

    @classmethod
    def of(cls, reading: ImageReading) -> "Said":
        """Return what a reading says."""
        fracture = reading.fracture
        statement = Statement(fracture.state.value) if fracture is not None else Statement.NOT_ANALYSED
        return cls(
            statement=None if reading.status is ReadingStatus.FAILED else statement,
            probability=fracture.probability if fracture is not None else None,
            region=reading.region.label if reading.region else "",
            reason=reading.reason.code if reading.reason else "",
            milliseconds=reading.milliseconds,
        )


@dataclass(frozen=True, slots=True)
class ComparedImage:
    """One image that both were asked about."""

    sop_instance_uid: str
    study_instance_uid: str
    champion: Said
    challenger: Said


_WHOLE: Final = 1 << 64


def is_in_share(sop_instance_uid: str, share: float) -> bool:
    """Return whether an image is in a share, 0 to 1, of all: always the same, and of no image's looks."""
    number = int.from_bytes(hashlib.sha256(sop_instance_uid.encode()).digest()[:8])
    return number < share * _WHOLE
