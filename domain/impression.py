"""What an impression may say of a study, in words: no more, and nothing less. Free of patient data.

The words are English, for whoever writes the sentence and for whoever checks it; a number is told as people read it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.finding import FractureState


class Side(StrEnum):
    """The side of the body as the header alone states it."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    UNSTATED = "unstated"
    CONTRADICTORY = "contradictory"


class Naming(StrEnum):
    """Who names the body part: the header (and the models do not differ), the models alone, both but not the same."""

    HEADER = "header"
    MODELS = "models"
    CONTRADICTORY = "contradictory"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Place:
    """A body part in words.

    Attributes:
        words: the header's, or the models' where the header has none; empty where nobody names it.
        models: what the models name, only where it contradicts the header.
    """

    naming: Naming
    words: str = ""
    models: str = ""

    def __post_init__(self) -> None:
        if bool(self.words) != (self.naming is not Naming.NOBODY):
            raise ValueError("a place has words exactly where somebody names it")
        if bool(self.models) != (self.naming is Naming.CONTRADICTORY):
            raise ValueError("the models' words stand exactly where they contradict the header")


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is to be said of one image.

    Attributes:
        number: counts the study's images from 1.
        series, instance: the numbers that a viewer shows; both empty where one of them is no number.
        state: None where the image was not analysed; then `reason` says why, and there is no percentage.
        percent: fracture probability: "94%", "less than 1%" or "more than 99%".
        marked: places marked; None where no fracture was detected, or where no places are to be stated.
        kind: type of the fracture according to the models, with its certainty; both empty where none is stated.
    """

    number: int
    series: str
    instance: str
    state: FractureState | None
    side: Side
    place: Place
    percent: str = ""
    marked: int | None = None
    kind: str = ""
    kind_percent: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.state is None) != bool(self.reason) or (self.state is None) == bool(self.percent):
            raise ValueError("an image has either a state with its percentage or a reason")
        if not self.suspicious and (self.marked is not None or self.kind):
            raise ValueError("only a fracture that is suspected or in doubt has a type and marked places")
        if bool(self.kind) != bool(self.kind_percent):
            raise ValueError("a type has its certainty")
        if bool(self.series) != bool(self.instance):
            raise ValueError("series and instance number stand together")

    @property
    def suspicious(self) -> bool:
        """Whether a fracture is suspected or in doubt."""
        return self.state in (FractureState.PRESENT, FractureState.DOUBT)


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """What is to be said of a study.

    Attributes:
        state: over the images that were analysed; None where none was.
        percent: fracture probability of the study; empty where no image was analysed.
    """

    state: FractureState | None
    percent: str
    images: tuple[ImageFacts, ...]

    def __post_init__(self) -> None:
        if [image.number for image in self.images] != list(range(1, len(self.images) + 1)) or not self.images:
            raise ValueError("the images of a study count from 1")
        if len({self.state is None, not self.percent, self.read == 0}) > 1:
            raise ValueError("a study has a state and a percentage exactly where an image was analysed")

    @property
    def read(self) -> int:
        """How many images were analysed."""
        return sum(image.state is not None for image in self.images)


#: Why there is nothing to check: facts that have no words of their own, or are beyond the model; it took too long; it
#: failed.
NO_WORDS = "no-words"
NO_PROPOSAL = "no-proposal"
TOO_SLOW = "too-slow"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Impression:
    """How the impression of a study is worded where a phrase model was asked.

    Attributes:
        asked: name and version of the model.
        text: what it proposed and the checker accepted; empty where the template stands.
        refusal: why the template stands: one of the words above, or what was wrong with the proposal; else empty.
    """

    asked: str
    text: str = ""
    refusal: str = ""

    def __post_init__(self) -> None:
        if bool(self.text) == bool(self.refusal):
            raise ValueError("an impression is either the model's or has a reason not to be")


class PhraseWriter(Protocol):
    """Proposes an impression. What it proposes is checked: it may be wrong, and it may fail.

    Attributes:
        name: of the model with its version, for the document.
    """

    name: str

    def propose(self, facts: StudyFacts) -> str:
        """Return English sentences, the same for the same facts; nothing where these facts are beyond it.

        Raises:
            DeadlineExceeded: it took too long.
            ModelError: it failed.
        """
        ...
