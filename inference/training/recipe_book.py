"""The recipes of the model families: data, one TOML file each in `recipe_files/`, checked before anything runs.

A recipe says everything that decides what weights come out, but the images and the versions of the libraries.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from inference.training.dataset_recipe import DatasetRecipe, Elsewhere, Table
from inference.training.yolo.recipe import YoloRecipe
from inference.zoo.manifest import Fit, Flip, InputContract, Probability, Range, Tone

#: What a model shall say of an image; each is one or several parts, see `families/parts.py`.
Target = Literal["region", "abnormal", "abnormal per region", "multilabel", "types", "lesions"]
Positive = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0, le=1)]
Draw = Literal["all", "balanced"]
#: Those of Keras Applications by their names there, and `Trial`: three small convolutions that try a folder out in a
#: minute before a real backbone takes hours.
Backbone = Literal[
    "ResNet50",
    "VGG16",
    "InceptionV3",
    "EfficientNetB1",
    "EfficientNetB5",
    "EfficientNetB6",
    "MobileNetV2",
    "Trial",
]


class LabelsElsewhere(Elsewhere):
    """What changes on another dataset.

    Attributes:
        draw: of a network, see `KerasRecipe`.
    """

    target: Target
    draw: Draw = "all"


class Recipe(DatasetRecipe):
    """What every Keras family needs."""

    target: Target
    elsewhere: Mapping[str, LabelsElsewhere] = Field(default={})
    side_px: int = Field(ge=32, le=2048)
    batch: Positive = 16
    seed: int = 0


class Block(Table):
    """A dense layer of the head, with what may follow it."""

    units: Positive
    batch_norm: bool = False
    dropout: Probability = 0.0
    repeat: Positive = 1


class Loss(Table):
    """What is minimised; `gamma` and `alpha` are those of the focal loss (Lin et al. 2017, arXiv:1708.02002)."""

    kind: Literal["cross-entropy", "focal"] = "cross-entropy"
    gamma: Annotated[float, Field(ge=0)] = 2.0
    alpha: Probability = 0.25


class Stage(Table):
    """Some epochs with the same layers at the same rate.

    Attributes:
        train_from: the backbone's first layer that learns, counted from its end where negative; "head" for none of it.
            Weights that start at random have learned nothing worth keeping: then all of it learns in every stage.
    """

    epochs: Positive
    rate: Rate
    train_from: int | Literal["head"] = 0
    loss: Loss = Loss()


class Plateau(Table):
    """Keras' ReduceLROnPlateau on the validation loss."""

    factor: Probability = 0.5
    patience: Positive = 2
    lowest_rate: Annotated[float, Field(ge=0)] = 1e-6


class Pictures(Recipe):
    """What recipes share whose images become a square canvas with three channels for a Keras backbone."""

    backbone: Backbone
    scaling: Range
    preprocess: tuple[Tone | Fit, ...]
    flips: tuple[Flip, ...] = ("none",)
    precision: Literal["float32", "mixed_bfloat16"] = "mixed_bfloat16"
    thresholds: tuple[Probability, ...] = (0.5,)

    @property
    def contract(self) -> InputContract:
        """The model's input as serving builds it; one view of an image, as the sources have it."""
        order: Literal["rgb", "bgr"] = "bgr" if self.scaling == "imagenet-caffe" else "rgb"
        return InputContract(
            name="image",
            side_px=self.side_px,
            range=self.scaling,
            channels=3,
            layout="nhwc",
            channel_order=order,
            preprocess=self.preprocess,
        )

    @model_validator(mode="after")
    def _has_a_contract(self) -> Self:
        _ = self.contract  # refuses what serving could not build
        return self


class KerasRecipe(Pictures):
    """A network that is trained end to end.

    Attributes:
        refuse_below: confidence under which there is no answer: that of the region, and that of fractured or not.
        balanced: whether rare classes weigh as much as frequent ones.
        draw: what an epoch is: all images, or, drawn anew for each epoch, of every class as many as the rarest has;
            of several labels at once, as many abnormal as normal.
        images_per_epoch: at most so many of what is drawn; for a machine without an accelerator.
        early_stopping: epochs without a better validation loss after which a stage ends; 0 for never.
    """

    engine: Literal["keras"]
    head: tuple[Block, ...] = ()
    stages: tuple[Stage, ...] = Field(min_length=1)
    optimiser: Literal["adam", "sgd"] = "adam"
    plateau: Plateau | None = None
    early_stopping: Annotated[int, Field(ge=0)] = 0
    balanced: bool = True
    refuse_below: Probability | None = None
    draw: Draw = "all"
    images_per_epoch: Positive | None = None


#: One is a layer of the network that serves, the other has a text format.
EXPORTED = ("logistic-regression", "lightgbm")
ClassifierName = Literal["logistic-regression", "svc", "lightgbm", "random-forest", "gradient-boosting"]


class FeaturesRecipe(Pictures):
    """Average-pooled features of a fixed backbone, then a classifier that is no network.

    Attributes:
        components: of the principal component analysis in front of the classifiers; 0 for none.
        classifiers: those that are compared; the first is exported.
    """

    engine: Literal["features"]
    components: Annotated[int, Field(ge=0)] = 0
    classifiers: tuple[ClassifierName, ...] = Field(min_length=1)
    trees: Positive = 200

    @model_validator(mode="after")
    def _can_be_exported(self) -> Self:
        if self.classifiers[0] not in EXPORTED or (self.classifiers[0] == "lightgbm" and self.components):
            raise ValueError("the first classifier is logistic-regression, or lightgbm without components: they serve")
        return self


AnyRecipe = KerasRecipe | FeaturesRecipe | YoloRecipe
_READ: TypeAdapter[AnyRecipe] = TypeAdapter(Annotated[AnyRecipe, Field(discriminator="engine")])


def parse_recipe(content: dict[str, Any]) -> AnyRecipe:
    """Return a recipe; raises pydantic.ValidationError, which names every key that is wrong."""
    return _READ.validate_python(content)


@cache
def load_book() -> dict[str, AnyRecipe]:
    """Return every recipe by its name, which is the name of its file."""
    shelf = files("inference.training") / "recipe_files"
    book = {}
    for page in sorted(shelf.iterdir(), key=lambda each: each.name):
        if page.name.endswith(".toml"):
            recipe = parse_recipe(tomllib.loads(page.read_text(encoding="utf-8")))
            if f"{recipe.name}.toml" != page.name:
                raise ValueError(f"{page.name} holds a recipe that is named {recipe.name!r}")
            book[recipe.name] = recipe
    return book


def override(recipe: AnyRecipe, **changes: Any) -> Any:
    """Return the recipe with other values, checked like a file: `override(recipe, side_px=32)`.

    `epochs` is the number of all epochs of a network: the stages share it as they share their own, the last at least
    one; a stage that gets none is left out.
    """
    content = recipe.model_dump()
    epochs = changes.pop("epochs", None)
    if epochs is not None and isinstance(recipe, KerasRecipe):
        content["stages"] = _share_epochs(recipe.stages, epochs)
    elif epochs is not None and "epochs" in content:
        content["epochs"] = epochs
    return parse_recipe({**content, **changes})


def _share_epochs(stages: tuple[Stage, ...], epochs: int) -> list[dict[str, Any]]:
    total = sum(stage.epochs for stage in stages)
    early = [min(round(stage.epochs * epochs / total), epochs - 1) for stage in stages[:-1]]
    shares = [*early, max(1, epochs - sum(early))]
    return [{**stage.model_dump(), "epochs": share} for stage, share in zip(stages, shares, strict=True) if share > 0]
