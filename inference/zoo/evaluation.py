"""What was measured of a version of a bundle, kept beside its manifest so that a person who runs it can see it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from inference.zoo.beside import read_beside
from inference.zoo.manifest import Entry, Name, Precision, Probability, Sha256

#: The file of each version; a bundle that somebody brought need not have one.
EVALUATIONS: Mapping[Precision, str] = {
    "f32": "evaluation.json",
    "bf16": "evaluation-bf16.json",
    "int8": "evaluation-int8.json",
}


class Measured(Entry):
    """A number from 0 to 1 with its 95 % interval over images."""

    value: Probability
    low: Probability
    high: Probability


class ReliabilityBin(Entry):
    """Images to which about the same probability was said.

    Attributes:
        said: mean of the probabilities.
        fractured: share of the images that have a fracture; `low` to `high` is its 95 % interval.
    """

    images: int = Field(ge=1)
    said: Probability
    fractured: Probability
    low: Probability
    high: Probability


class Evaluation(Entry):
    """What a version of a bundle did on a split of labelled images.

    Attributes:
        model_set: digest of the models that were measured: another set has other numbers.
        measures: by kind of image ("all", a region, "several"), then by the name of the measure.
        statements: how many fractured and unfractured images got each statement.
        reliability: in the order of `said`.
    """

    format: Literal[1] = Field(alias="schema")
    bundle: Name
    precision: Precision
    model_set: Sha256
    data: str
    images: int = Field(ge=1)
    fractured: int = Field(ge=0)
    region_accuracy: Measured
    box_map50: Measured
    measures: dict[str, dict[str, Measured]]
    statements: dict[Literal["fractured", "unfractured"], dict[str, int]]
    reliability: tuple[ReliabilityBin, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _counts_every_image(self) -> Self:
        said = {kind: sum(counts.values()) for kind, counts in self.statements.items()}
        if said != {"fractured": self.fractured, "unfractured": self.images - self.fractured}:
            raise ValueError("statements count every image once")
        if sum(each.images for each in self.reliability) != self.images:
            raise ValueError("reliability counts every image once")
        return self


def load_evaluation(bundle: Path, precision: Precision = "f32") -> Evaluation | None:
    """Read what was measured of a version of a bundle, None where nothing lies there.

    Raises:
        ModelError: it does not say what it must.
    """
    return read_beside(Evaluation, bundle, EVALUATIONS[precision])
