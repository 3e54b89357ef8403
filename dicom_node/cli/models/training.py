"""osteonode models train: from a dataset folder to weights."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from dicom_node.cli.models.options import Runs
from dicom_node.cli.models.packages import require_packages

Recipe = Annotated[str, typer.Argument(help="Name of the recipe; a wrong one lists those there are.", metavar="RECIPE")]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        exists=True,
        file_okay=False,
        help="The dataset, as its authors lay it out. Default: none, for report-phrases-lstm generates its text.",
        metavar="DIR",
    ),
]
Weights = Annotated[
    str,
    typer.Option(
        "--weights",
        help="What training starts from: imagenet (downloaded), a file without the top (.h5, .keras), or random. The "
        "recipes fracatlas-*: a file of ImageNet weights, weights.pt of a run, or the graph of a bundle (.xml).",
        metavar="imagenet|FILE|random",
    ),
]
Dataset = Annotated[
    str | None,
    typer.Option("--dataset", help="Which dataset DIR is. Default: the recipe's own.", metavar="NAME"),
]
Epochs = Annotated[
    int | None,
    typer.Option("--epochs", min=1, help="Epochs in all, shared by the recipe's stages. Default: the recipe's."),
]
ImagesPerEpoch = Annotated[
    int | None,
    typer.Option(
        "--images-per-epoch", min=1, help="At most so many images in an epoch of a Keras network. Default: all."
    ),
]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads of the processor.")]


def train_model(
    recipe: Recipe,
    data: Data = None,
    runs: Runs = Path("runs"),
    weights: Weights = "imagenet",
    dataset: Dataset = None,
    epochs: Epochs = None,
    images_per_epoch: ImagesPerEpoch = None,
    threads: Threads = 2,
) -> None:
    """Train one recipe; a second call goes on where the first one ended. Takes minutes to hours.

    Writes to RUNS/RECIPE: weights, metrics.json with intervals, curves and confusion matrices as pictures, and
    entry.json for a manifest. The recipes fracatlas-* make the shipped weights and need the extra `train`; all others
    need `make models`, then .venv-models/bin/osteonode.
    """
    given = {"epochs": epochs, "images_per_epoch": images_per_epoch}
    lengths = {name: value for name, value in given.items() if value is not None}
    from inference.training.phrases.recipe import load_phrase_book
    from inference.training.recipe_book import load_book

    if recipe in load_phrase_book():
        from dicom_node.cli.models.phrase_training import train_phrase_model

        _require_nothing_else(recipe, data, weights, dataset, lengths)
        train_phrase_model(recipe, runs, epochs, threads)
        return
    from inference.training.recipes import RECIPES

    if recipe not in (*RECIPES, *load_book()):
        known = ", ".join((*RECIPES, *load_book(), *load_phrase_book()))
        raise typer.BadParameter(f"there is no recipe {recipe!r}; there are: {known}", param_hint="RECIPE")
    if data is None:
        raise typer.BadParameter(f"{recipe} needs the folder of its dataset", param_hint="--data")
    if recipe in load_book():
        from dicom_node.cli.models.family_training import train_from_book

        train_from_book(recipe, data, runs, weights, dataset, lengths, threads)
        return
    _train_shipped(recipe, data, runs, weights, dataset, lengths, threads)


def _require_nothing_else(
    recipe: str, data: Path | None, weights: str, dataset: str | None, lengths: Mapping[str, int]
) -> None:
    """Refuse what a recipe without images would ignore."""
    given = {
        "--data": data is not None,
        "--weights": weights != "imagenet",
        "--dataset": dataset is not None,
        "--images-per-epoch": "images_per_epoch" in lengths,
    }
    for option in (name for name, is_given in given.items() if is_given):
        raise typer.BadParameter(f"{recipe} generates its text and starts from nothing", param_hint=option)


def _train_shipped(
    recipe: str, data: Path, runs: Path, weights: str, dataset: str | None, lengths: Mapping[str, int], threads: int
) -> None:
    if not Path(weights).is_file():
        raise typer.BadParameter(
            f"{recipe} starts from a file, and there is no {weights!r}: give ImageNet weights without the top, "
            "weights.pt of a run, or the graph (.xml) of a bundle",
            param_hint="--weights",
        )
    if dataset not in (None, "fracatlas") or lengths:
        raise typer.BadParameter(f"{recipe} has its own dataset, fracatlas, and its own epochs", param_hint="--dataset")
    require_packages("torch", "h5py", "sklearn")
    from inference.training.recipes import RECIPES
    from inference.training.run import train_recipe

    folder = runs / recipe
    folder.mkdir(parents=True, exist_ok=True)
    print(train_recipe(RECIPES[recipe], data=data, imagenet=Path(weights), folder=folder, threads=threads))
