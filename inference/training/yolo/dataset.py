"""From a dataset as its authors publish it to the folder that ultralytics trains from."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.training.datasets.grazpedwri import keep_ages
from inference.training.datasets.labelled import LabelledImage, Splits
from inference.training.datasets.registry import READERS
from inference.training.datasets.splits import split_by_patient, take_published
from inference.training.datasets.yolo_layout import write_yolo
from inference.training.yolo.canvases import draw_canvases
from inference.training.yolo.recipe import YoloRecipe

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class YoloDataset:
    """Canvases with their boxes in canvas pixels, and the data.yaml that names the same files."""

    splits: Splits
    described: Path

    @property
    def measured(self) -> tuple[str, tuple[LabelledImage, ...]]:
        """The part that figures are measured on, by name: the test part, or validation where there is none."""
        return name_measured(self.splits)


def name_measured(splits: Splits) -> tuple[str, tuple[LabelledImage, ...]]:
    """Return the part that figures are measured on, and what it is called."""
    return ("test", splits.test) if splits.test else ("validation", splits.validation)


def build_dataset(recipe: YoloRecipe, data: Path, folder: Path, *, threads: int, report: Report) -> YoloDataset:
    """Read a dataset, take what the recipe takes, draw its canvases, and write it in the YOLO layout.

    Args:
        data: the dataset's folder, in its authors' layout.
        folder: for canvases/ and layout/.

    Raises:
        FileNotFoundError, ValueError: the dataset is not there, or not as its authors publish it, or what is left of
            it cannot be trained on.
    """
    splits = choose_images(recipe, READERS[recipe.dataset](data))
    report(f"{recipe.name}: {_count(recipe, splits)}")
    part, images = name_measured(splits)
    if not any(_count_boxes(recipe, image) for image in images):
        raise ValueError(f"no {part} image has a box of {', '.join(recipe.classes)}: there is nothing to measure with")
    parts = [
        draw_canvases(part, recipe, folder / "canvases", threads=threads)
        for part in (splits.training, splits.validation, splits.test)
    ]
    drawn = Splits(*parts)
    return YoloDataset(drawn, write_yolo(drawn, recipe.classes, folder / "layout"))


def choose_images(recipe: YoloRecipe, images: Sequence[LabelledImage]) -> Splits:
    """Divide the images of the recipe's ages, and thin out those without a box in training alone.

    Raises:
        ValueError: no patient is of those ages, or the dataset cannot be divided so.
    """
    if recipe.age_years is not None:
        youngest, oldest = recipe.age_years
        images = keep_ages(images, youngest, oldest)
        if not images:
            raise ValueError(f"no patient is {youngest:g} to {oldest:g} years old")
    splits = _divide(recipe, images)
    return Splits(_thin_out(recipe, splits.training), splits.validation, splits.test)


def _divide(recipe: YoloRecipe, images: Sequence[LabelledImage]) -> Splits:
    if recipe.shares == "published":
        return take_published(images, seed=recipe.seed)
    return split_by_patient(images, recipe.shares.three, seed=recipe.seed)


def _thin_out(recipe: YoloRecipe, images: Sequence[LabelledImage]) -> tuple[LabelledImage, ...]:
    if recipe.background is None:
        return tuple(images)
    without = [index for index, image in enumerate(images) if not _count_boxes(recipe, image)]
    most = round(recipe.background * (len(images) - len(without)))
    left_out = set(without) - set(random.Random(recipe.seed).sample(without, min(most, len(without))))
    return tuple(image for index, image in enumerate(images) if index not in left_out)


def _count(recipe: YoloRecipe, splits: Splits) -> str:
    parts = {"to train on": splits.training, "to validate": splits.validation, "to test": splits.test}
    boxes = {use: sum(_count_boxes(recipe, image) for image in images) for use, images in parts.items()}
    return ", ".join(f"{len(images)} images with {boxes[use]} boxes {use}" for use, images in parts.items())


def _count_boxes(recipe: YoloRecipe, image: LabelledImage) -> int:
    return sum(box.label in recipe.classes for box in image.boxes)
