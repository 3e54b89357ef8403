"""What a version of a bundle said of the images it was validated on, in bins: what it says elsewhere is compared."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from inference.zoo.beside import read_beside
from inference.zoo.manifest import Entry, Name, Precision, Probability, Sha256

#: The file of each version; a bundle that somebody brought need not have one.
SCORE_REFERENCES: Final[Mapping[Precision, str]] = {
    "f32": "scores.json",
    "bf16": "scores-bf16.json",
    "int8": "scores-int8.json",
}
State = Literal["present", "doubt", "absent"]


class RegionScores(Entry):
    """Calibrated probabilities of a fracture, of the images that were taken for one region.

    Attributes:
        edges: where one bin ends and the next begins, rising; a probability on an edge is in the upper bin.
        counts: images in each bin, one bin more than there are edges.
        states: images by statement.
    """

    edges: tuple[Probability, ...] = Field(min_length=1)
    counts: tuple[int, ...]
    states: dict[State, int]

    @model_validator(mode="after")
    def _counts_every_image(self) -> Self:
        if any(low >= high for low, high in zip(self.edges, self.edges[1:], strict=False)):
            raise ValueError("edges rise")
        if len(self.counts) != len(self.edges) + 1 or min(self.counts) < 0:
            raise ValueError("every bin has its count")
        if not 0 < sum(self.counts) == sum(self.states.values()):
            raise ValueError("bins and states count every image once")
        return self

    @property
    def images(self) -> int:
        """How many images there are."""
        return sum(self.counts)

    def count(self, probabilities: Iterable[float]) -> tuple[int, ...]:
        """Return how many of other probabilities fall into each bin."""
        found = Counter(bisect_right(self.edges, each) for each in probabilities)
        return tuple(found[index] for index in range(len(self.counts)))


class ScoreReference(Entry):
    """What a version of a bundle said of a split of labelled images.

    Attributes:
        model_set: digest of the models that spoke: what others say is compared with nothing.
        not_analysed: images of which nothing was said, by reason code.
        regions: those with enough images to be compared with.
    """

    format: Literal[1] = Field(alias="schema")
    bundle: Name
    precision: Precision
    model_set: Sha256
    data: str
    images: int = Field(ge=1)
    not_analysed: dict[str, int]
    regions: dict[str, RegionScores]


def load_score_reference(bundle: Path, precision: Precision = "f32") -> ScoreReference | None:
    """Read what a version of a bundle said where it was validated, None where nothing lies there.

    Raises:
        ModelError: it does not say what it must.
    """
    return read_beside(ScoreReference, bundle, SCORE_REFERENCES[precision])
