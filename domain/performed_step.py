"""A performed procedure step: what a modality says of an examination while it makes the images (PS3.4 F.7)."""

from dataclasses import dataclass
from enum import StrEnum


class StepStatus(StrEnum):
    """Performed Procedure Step Status (0040,0252), PS3.3 C.4.14."""

    IN_PROGRESS = "IN PROGRESS"
    COMPLETED = "COMPLETED"
    DISCONTINUED = "DISCONTINUED"


@dataclass(frozen=True, slots=True)
class PerformedStep:
    """One step of one study.

    Attributes:
        study_instance_uids: of the scheduled steps that it performs; one, but for steps that stand for several orders.
        references: SOP Instance UIDs of the images that it has made and that this node takes.
    """

    sop_instance_uid: str
    study_instance_uids: tuple[str, ...]
    status: StepStatus = StepStatus.IN_PROGRESS
    references: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.sop_instance_uid or not self.study_instance_uids:
            raise ValueError("a performed step has a SOP Instance UID and a study")
