"""What a recipe of a YOLO detector says: `engine = "yolo"`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from inference.training.dataset_recipe import Classes, DatasetRecipe, Elsewhere, Table
from inference.zoo.manifest import Fit, InputContract, Probability, Tone

#: Strides of the three levels that a YOLOv8 detects on; canvases are cut into cells of the last one.
STRIDES_PX = (8, 16, 32)
#: Name of the graph's input.
INPUT = "image"


class BoxesElsewhere(Elsewhere):
    """What changes on another dataset.

    Attributes:
        age_years: as in `YoloRecipe`.
    """

    classes: Classes
    age_years: tuple[float, float] | None = None


class Augmentation(Table):
    """What ultralytics changes at random in each view; it changes nothing that is not named here.

    Attributes:
        brightness: largest relative change.
        rotation_degrees, translation, scale: largest change; the latter two as shares of the canvas.
        flip_left_right: probability.
        mosaic: probability of four images in one; never in the last `plain_epochs`.
    """

    brightness: Probability = 0.4
    rotation_degrees: float = Field(default=0.0, ge=0, le=180)
    translation: Probability = 0.1
    scale: Probability = 0.5
    flip_left_right: Probability = 0.5
    mosaic: Probability = 1.0
    plain_epochs: int = Field(default=10, ge=0)


class YoloRecipe(DatasetRecipe):
    """Everything that decides what weights come out, but the data, the first weights and the library's version.

    Attributes:
        classes: labels of boxes, in the order of the model's outputs; boxes of other labels are left out.
        published: by measure: precision, recall, map50, map50_95.
        side_px: of the square canvas that the network sees.
        model: of ultralytics, by size: n (3 million weights), s (11), m (26), l (44), x (68).
        preprocess: the steps from a displayed image to that canvas, the same in serving.
        age_years: youngest and oldest patient that is taken, both included; who has no known age is left out.
        images_per_step: whose gradients are added up, batch by batch, for one step of the optimiser.
        background: images without a box that training takes for each image with one; None for all of them.
    """

    engine: Literal["yolo"]
    target: Literal["lesions"] = "lesions"
    elsewhere: Mapping[str, BoxesElsewhere] = Field(default={})
    side_px: int = Field(ge=32, le=1280, multiple_of=STRIDES_PX[-1])
    batch: int = Field(default=16, ge=1)
    images_per_step: int = Field(default=64, ge=1)
    seed: int = Field(default=0, ge=0)
    model: Annotated[str, Field(pattern=r"^yolov8[nsmlx]$")]
    epochs: int = Field(ge=1)
    preprocess: tuple[Tone | Fit, ...]
    age_years: tuple[float, float] | None = None
    background: float | None = Field(default=None, ge=0)
    optimiser: Literal["auto", "SGD", "AdamW"] = "auto"
    rate: float = Field(default=0.01, gt=0, le=1)
    warmup_epochs: float = Field(default=3.0, ge=0)
    augmentation: Augmentation = Augmentation()

    @model_validator(mode="after")
    def _can_be_trained(self) -> Self:
        _ = self.contract  # refuses what serving could not build
        if self.preprocess[-1] != "letterbox":
            raise ValueError("preprocess ends with letterbox: boxes keep their shape")
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("classes names nothing twice")
        if self.age_years is not None and self.age_years[0] > self.age_years[1]:
            raise ValueError("age_years is the youngest, then the oldest")
        return self

    @property
    def contract(self) -> InputContract:
        """The model's input, as serving builds it."""
        return InputContract(name=INPUT, side_px=self.side_px, channels=3, preprocess=self.preprocess)

    @property
    def anchors(self) -> int:
        """How many boxes the network proposes."""
        return sum((self.side_px // stride) ** 2 for stride in STRIDES_PX)
