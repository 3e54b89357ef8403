"""The images of a run: read, divided so that no patient is in two parts, and in memory once."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from domain.errors import InputError
from inference.training.datasets.labelled import LabelledImage, Splits
from inference.training.datasets.registry import READERS
from inference.training.datasets.splits import SHARES, split_by_patient, take_published
from inference.training.families.batches import Examples
from inference.training.families.parts import Part
from inference.training.families.pixels import Canvas, ShowProgress, load_canvases
from inference.training.recipe_book import Pictures, Recipe

#: Share of the training patients that steers a training where authors publish training and one other part alone: what
#: is reported is then measured on images that chose nothing.
STEERING_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """The canvases (N, side, side) of every image of a split: training, validation and test in this order."""

    splits: Splits
    canvases: Canvas

    @property
    def training(self) -> range:
        """Positions of the training images."""
        return range(len(self.splits.training))

    @property
    def validation(self) -> range:
        """Positions of the images that steer and calibrate."""
        start = len(self.splits.training)
        return range(start, start + len(self.splits.validation))

    @property
    def test(self) -> range:
        """Positions of the images that are reported on."""
        return range(self.validation.stop, len(self.canvases))

    def images(self, positions: range) -> Sequence[LabelledImage]:
        """Return the images at some positions."""
        every = (*self.splits.training, *self.splits.validation, *self.splits.test)
        return every[positions.start : positions.stop]

    def examples(self, positions: range, part: Part) -> Examples:
        """Return those of some images that have a label for a part."""
        found, labels = part.select(self.images(positions))
        return Examples(self.canvases, found + positions.start, labels)

    def require(self, part: Part) -> Examples:
        """Return the training examples of a part.

        Raises:
            InputError: there is none, or all have the same label.
        """
        examples = self.examples(self.training, part)
        if len(np.unique(examples.labels, axis=0)) < 2:
            raise InputError(
                f"{part.name}: {len(examples)} training images, and not two that differ in {', '.join(part.classes)}: "
                "look at the folder, or choose another dataset"
            )
        return examples


def load_material(recipe: Pictures, data: Path, show: ShowProgress) -> Material:
    """Read the dataset that the recipe names from a folder.

    Raises:
        FileNotFoundError: the folder is not that dataset, see its reader.
        InputError: a table of it is not its authors', or an image cannot be read.
    """
    try:
        splits = divide(recipe, READERS[recipe.dataset](data))
        every = (*splits.training, *splits.validation, *splits.test)
        return Material(splits, load_canvases(every, recipe.contract, show))
    except ValueError as error:
        raise InputError(str(error)) from error


def divide(recipe: Recipe, images: Sequence[LabelledImage]) -> Splits:
    """Divide images as the recipe says; what authors publish for some of the images only cannot be taken."""
    if recipe.shares != "published":
        return split_by_patient(images, recipe.shares.three, seed=recipe.seed)
    if any(image.split is None for image in images):
        return split_by_patient(images, SHARES, seed=recipe.seed)
    splits = take_published(images, seed=recipe.seed)
    if splits.test:
        return splits
    carved = split_by_patient(splits.training, (1 - STEERING_SHARE, STEERING_SHARE, 0.0), seed=recipe.seed)
    return Splits(carved.training, carved.validation, test=splits.validation)


def describe_splits(splits: Splits) -> dict[str, dict[str, int]]:
    """Return how many images and patients each part has."""
    return {
        name: {"images": len(part), "patients": len({image.patient for image in part})}
        for name, part in (("training", splits.training), ("validation", splits.validation), ("test", splits.test))
    }


def digest_run(recipe: Recipe, start: str, splits: Splits) -> str:
    """Return the digest of all that decides what a run makes: recipe, start, images and their division."""
    names = [[image.path.name for image in part] for part in (splits.training, splits.validation, splits.test)]
    settings = recipe.model_dump(mode="json", exclude={"published_on"})
    content = json.dumps([settings, start, names], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
