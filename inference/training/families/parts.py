"""What a recipe trains: one part a model, each with its classes and with the label that an image has for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from inference.training.datasets.labelled import LabelledImage
from inference.training.recipe_book import Recipe, Target
from inference.zoo.manifest import ABNORMAL, FRACTURE

Label = tuple[float, ...]
#: Returns one number a class, or None where the image has no label for the part.
LabelOf = Callable[[LabelledImage, tuple[str, ...]], Label | None]


@dataclass(frozen=True, slots=True)
class Part:
    """One model of a recipe.

    Attributes:
        name: of its files: region, abnormal, abnormal-hand, labels, type.
        classes: in the order of the model's outputs; what they are called in the manifest.
        regions: a specialist's; empty where the part reads every image.
    """

    name: str
    task: Literal["region", "fracture", "multilabel", "types"]
    classes: tuple[str, ...]
    label_of: LabelOf
    regions: tuple[str, ...] = ()

    @property
    def exclusive(self) -> bool:
        """Whether one class and only one is right: softmax, else sigmoids."""
        return self.task in ("region", "types")

    @property
    def output(self) -> str:
        """The name of the model's output in a manifest."""
        return {"region": "region", "fracture": "fracture_probability", "multilabel": "labels", "types": "type"}[
            self.task
        ]

    @property
    def fracture_column(self) -> int | None:
        """The column of the output that speaks of fractures; None where none does."""
        if self.task == "fracture":
            return 0
        return self.classes.index(ABNORMAL) if self.task == "multilabel" and ABNORMAL in self.classes else None

    def select(self, images: Sequence[LabelledImage]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Return the positions (N,) of the images that have a label for it, and the labels (N, classes)."""
        labels = [self.label_of(image, self.classes) for image in images]
        positions = [index for index, label in enumerate(labels) if label is not None]
        values = [label for label in labels if label is not None]
        shape = (len(values), len(self.classes))
        return np.array(positions, dtype=np.int64), np.array(values, dtype=np.float32).reshape(shape)


def plan_parts(recipe: Recipe) -> list[Part]:
    """Return the parts of a recipe, in the order in which they are trained."""
    return _PLANS[recipe.target](recipe)


def _one_of(name: str | None, classes: tuple[str, ...]) -> Label | None:
    return tuple(float(each == name) for each in classes) if name in classes else None


def label_region(image: LabelledImage, classes: tuple[str, ...]) -> Label | None:
    """Return the one region that an image shows; an image of several teaches none."""
    return _one_of(image.regions[0], classes) if len(image.regions) == 1 else None


def label_abnormal(image: LabelledImage, classes: tuple[str, ...]) -> Label | None:
    """Return 1 where the image is abnormal."""
    del classes
    return None if image.abnormal is None else (float(image.abnormal),)


def label_all(image: LabelledImage, classes: tuple[str, ...]) -> Label | None:
    """Return 1 for each region that an image shows, and for abnormal."""
    if image.abnormal is None or not set(image.regions) & set(classes):
        return None
    shown = {*image.regions, *([ABNORMAL] if image.abnormal else [])}
    return tuple(float(name in shown) for name in classes)


def label_type(image: LabelledImage, classes: tuple[str, ...]) -> Label | None:
    """Return the type of the fracture."""
    return _one_of(image.fracture_type, classes)


def label_lesion(image: LabelledImage, classes: tuple[str, ...]) -> Label | None:
    """Return the lesion whose boxes cover most; the softmax has one answer, and many images have several lesions."""
    areas: dict[str, float] = {}
    for box in image.boxes:
        area = (box.x_max_px - box.x_min_px) * (box.y_max_px - box.y_min_px)
        areas[box.label] = areas.get(box.label, 0.0) + area
    return _one_of(max(areas, key=lambda label: (areas[label], label)), classes) if areas else None


def _within(region: str) -> LabelOf:
    def label(image: LabelledImage, classes: tuple[str, ...]) -> Label | None:
        return label_abnormal(image, classes) if region in image.regions else None

    return label


def _plan_hierarchy(recipe: Recipe) -> list[Part]:
    region = Part("region", "region", recipe.classes, label_region)
    abnormal = _plan_abnormal(recipe)[0]
    specialists = [
        replace(abnormal, name=f"abnormal-{name}", label_of=_within(name), regions=(name,)) for name in recipe.classes
    ]
    return [region, *specialists]


def _plan_abnormal(recipe: Recipe) -> list[Part]:
    del recipe
    return [Part("abnormal", "fracture", (FRACTURE,), label_abnormal)]


_PLANS: dict[Target, Callable[[Recipe], list[Part]]] = {
    "region": lambda recipe: [Part("region", "region", recipe.classes, label_region)],
    "abnormal": _plan_abnormal,
    "abnormal per region": _plan_hierarchy,
    "multilabel": lambda recipe: [Part("labels", "multilabel", recipe.classes, label_all)],
    "types": lambda recipe: [Part("type", "types", recipe.classes, label_type)],
    "lesions": lambda recipe: [Part("type", "types", recipe.classes, label_lesion)],
}
