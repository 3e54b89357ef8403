"""What is explained when the answer has left."""

from pydantic import Field

from config.fields import PositiveSeconds, Section
from domain.finding import FractureState


class Explanations(Section):
    """Pictures of what each part of an image adds, made when the answer has left (docs/explanations.md)."""

    lime: bool = Field(False, description="Make them, by LIME. Needs the extra `models`: run `make models`.")
    findings: tuple[FractureState, ...] = Field(
        (FractureState.PRESENT, FractureState.DOUBT), description="Images with one of these statements are explained."
    )
    images: int = Field(1, ge=1, le=16, description="Images explained in each study, the most suspicious first.")
    samples: int = Field(1000, ge=100, le=20000, description="Times that parts of an image are hidden, at random.")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="Decides which parts: the same seed gives the same picture.")
    threads: int = Field(1, ge=1, le=64, description="Threads of its process, which has the lowest priority there is.")
    deadline_seconds: PositiveSeconds = Field(1800.0, description="A study that takes longer gets none.")
