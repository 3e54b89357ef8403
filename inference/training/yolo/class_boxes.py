"""What a detector found of one class in each of some images, and what is there."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.finding import Corners
from inference.training.boxes import Detection

#: A score in 0..1, and where: x_min, y_min, x_max, y_max.
Scored = tuple[float, Corners]


@dataclass(frozen=True, slots=True)
class ClassBoxes:
    """The boxes of one class, image by image.

    Attributes:
        found: of each image, in any order.
        truth: annotated, of each image.
    """

    label: str
    found: Sequence[Sequence[Scored]]
    truth: Sequence[Sequence[Corners]]

    def __post_init__(self) -> None:
        if len(self.found) != len(self.truth):
            raise ValueError("found and truth speak of the same images")

    @property
    def wanted(self) -> int:
        """How many boxes are annotated."""
        return sum(len(boxes) for boxes in self.truth)

    @property
    def detections(self) -> list[Detection]:
        """What was found, each box with the number of its image."""
        return [Detection(image, score, corners) for image, found in enumerate(self.found) for score, corners in found]

    def draw(self, images: Sequence[int]) -> "ClassBoxes":
        """Return the boxes of these images, numbered anew: an image that is named twice counts twice."""
        return ClassBoxes(self.label, [self.found[image] for image in images], [self.truth[image] for image in images])
