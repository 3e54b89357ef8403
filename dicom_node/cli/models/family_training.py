"""The training of a model family for a person: progress, then the tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from dicom_node.cli.models.family_tables import print_outcome, say
from dicom_node.cli.terminal import show_progress

if TYPE_CHECKING:
    from inference.training.recipe_book import FeaturesRecipe, KerasRecipe


def train_from_book(
    name: str, data: Path, runs: Path, weights: str, dataset: str | None, lengths: Mapping[str, int], threads: int
) -> None:
    """Train a recipe of the book by its engine.

    Args:
        lengths: `epochs` and `images_per_epoch`, where they are not to be the recipe's.

    Raises:
        ModelUnavailable: what it needs is not installed, or its start cannot be downloaded.
        typer.BadParameter: the dataset, the start or a length is none that the recipe knows.
    """
    from inference.training.recipe_book import KerasRecipe, load_book, override
    from inference.training.yolo.recipe import YoloRecipe

    recipe = load_book()[name]
    if weights not in ("imagenet", "random") and not Path(weights).is_file():
        raise typer.BadParameter(f"{weights!r} is neither imagenet nor random nor a file", param_hint="--weights")
    if "images_per_epoch" in lengths and not isinstance(recipe, KerasRecipe):
        raise typer.BadParameter(f"{name} is no Keras network", param_hint="--images-per-epoch")
    try:
        recipe = override(recipe.on(dataset or recipe.dataset), **lengths)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--dataset") from error
    if isinstance(recipe, YoloRecipe):
        from inference.training.yolo.run import train_yolo

        print(train_yolo(recipe, data, runs / name, weights=_named(weights), threads=threads, report=say))
        return
    _train_networks(recipe, data, runs / name, weights, threads)


def _named(weights: str) -> "Path | Literal['imagenet', 'random']":
    named: dict[str, Literal["imagenet", "random"]] = {"imagenet": "imagenet", "random": "random"}
    return named.get(weights, Path(weights))


def _train_networks(
    recipe: "KerasRecipe | FeaturesRecipe", data: Path, folder: Path, weights: str, threads: int
) -> None:
    open_frameworks(threads)
    from inference.training.families.run import train_family
    from inference.training.families.starts import Start

    outcome = train_family(recipe, data, folder, Start(weights), show_progress, say)
    print_outcome(recipe, outcome.tables, outcome.more)
    print(folder)


def open_frameworks(threads: int) -> None:
    """Load what the Keras families need; raises ModelUnavailable, with what to do, where it is not installed."""
    from inference.backends.frameworks import load_framework, load_keras, require_frameworks

    require_frameworks("sklearn", "matplotlib", "lightgbm")
    load_keras()
    load_framework("tensorflow").config.threading.set_intra_op_parallelism_threads(threads)
