"""What a recipe of a YOLO detector says: `engine = "yolo"`."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from inference.zoo.manifest import Fit, InputContract, Name, Probability, Tone

#: Strides of the three levels that a YOLOv8 detects on; canvases are cut into cells of the last one.
STRIDES_PX = (8, 16, 32)
#: Name of the graph's input.
INPUT = "image"

Classes = Annotated[tuple[str, ...], Field(min_length=1)]


class Table(BaseModel):
    """A table of a recipe: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Shares(Table):
    """Shares of the patients that each part of a split gets."""

    training: Probability
    validation: Probability
    test: Probability

    @model_validator(mode="after")
    def _are_whole(self) -> Self:
        if abs(sum(self.three) - 1.0) > 1e-9 or not self.training * self.validation:
            raise ValueError("the shares add up to 1, and there is something to train on and to validate with")
        return self

    @property
    def three(self) -> tuple[float, float, float]:
        """Training, validation and test."""
        return self.training, self.validation, self.test


class Elsewhere(Table):
    """What changes where the recipe is trained on another dataset than its own."""

    classes: Classes
    shares: Shares | Literal["published"] = "published"


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


class YoloRecipe(Table):
    """Everything that decides what weights come out, but the data, the first weights and the library's version.

    Attributes:
        about: what the family is, in one sentence.
        dataset: as the registry of datasets names it.
        classes: labels of boxes, in the order of the model's outputs; boxes of other labels are left out.
        shares: how images are divided by patient; "published" is as their authors did.
        elsewhere: the same recipe on other datasets.
        published: what sources report of their models, by measure: precision, recall, map50, map50_95.
        side_px: of the square canvas that the network sees.
        model: of ultralytics, by size: n (3 million weights), s (11), m (26), l (44), x (68).
        preprocess: the steps from a displayed image to that canvas, the same in serving.
        age_years: youngest and oldest patient that is taken, both included; who has no known age is left out.
        images_per_step: whose gradients are added up, batch by batch, for one step of the optimiser.
        background: images without a box that training takes for each image with one; None for all of them.
    """

    engine: Literal["yolo"]
    name: Name
    about: str
    dataset: str
    target: Literal["lesions"] = "lesions"
    classes: Classes
    shares: Shares | Literal["published"]
    elsewhere: dict[str, Elsewhere] = {}
    published: dict[str, JsonValue] = {}
    published_note: str = ""
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

    def on(self, dataset: str) -> Self:
        """Return the recipe as it is for a dataset.

        Raises:
            ValueError: that dataset has no labels for it.
        """
        if dataset == self.dataset:
            return self
        if dataset not in self.elsewhere:
            known = ", ".join((self.dataset, *self.elsewhere))
            raise ValueError(f"{self.name} cannot be trained on {dataset!r}, which has no label for it; on: {known}")
        change = self.elsewhere[dataset]
        # What sources report, and whose ages are known, is of the recipe's own dataset.
        update = {"dataset": dataset, "classes": change.classes, "shares": change.shares, "age_years": None}
        return self.model_copy(update={**update, "published": {}, "published_note": ""})
