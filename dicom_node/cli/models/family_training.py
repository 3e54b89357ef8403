"""The training of a model family for a person: progress, then the table of its source, beside its figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from dicom_node.cli.terminal import make_table, print_table, show_progress

if TYPE_CHECKING:
    from inference.training.families.scores import Table
    from inference.training.recipe_book import FeaturesRecipe, KerasRecipe


def train_from_book(
    name: str, data: Path, runs: Path, weights: str, dataset: str | None, epochs: int | None, threads: int
) -> None:
    """Train a recipe of the book by its engine.

    Raises:
        ModelUnavailable: what it needs is not installed, or its start cannot be downloaded.
        typer.BadParameter: the dataset or the start is none that the recipe knows.
    """
    from inference.training.recipe_book import load_book, override
    from inference.training.yolo.recipe import YoloRecipe

    recipe = load_book()[name]
    if weights not in ("imagenet", "random") and not Path(weights).is_file():
        raise typer.BadParameter(f"{weights!r} is neither imagenet nor random nor a file", param_hint="--weights")
    try:
        recipe = override(recipe.on(dataset or recipe.dataset), epochs=epochs)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--dataset") from error
    if isinstance(recipe, YoloRecipe):
        from inference.training.yolo.run import train_yolo

        print(train_yolo(recipe, data, runs / name, weights=_named(weights), threads=threads, report=_say))
        return
    _train_networks(recipe, data, runs / name, weights, threads)


def _named(weights: str) -> "Path | Literal['imagenet', 'random']":
    named: dict[str, Literal["imagenet", "random"]] = {"imagenet": "imagenet", "random": "random"}
    return named.get(weights, Path(weights))


def _train_networks(
    recipe: "KerasRecipe | FeaturesRecipe", data: Path, folder: Path, weights: str, threads: int
) -> None:
    from inference.backends.frameworks import load_framework, load_keras, require_frameworks

    require_frameworks("sklearn", "matplotlib", "lightgbm")
    load_keras()
    load_framework("tensorflow").config.threading.set_intra_op_parallelism_threads(threads)
    from inference.training.families.run import train_family
    from inference.training.families.starts import Start

    outcome = train_family(recipe, data, folder, Start(weights), show_progress, _say)
    for title, table in outcome.tables.items():
        _print(title, table, recipe.published)
    for key, value in outcome.more.items():
        print(f"{key}: {value}")
    print(f"{recipe.published_note}\n{folder}" if recipe.published_note else folder)


def _say(line: str) -> None:
    print(line, flush=True)


def _print(title: str, table: "Table", published: Mapping[str, Any]) -> None:
    columns = ("measure", "value", "95 % from", "to", "source")
    shown = make_table(columns, numbers=columns[1:], title=f"{title}: {table.images} test images")
    rows = {name.replace("_", " "): (each, published.get(name)) for name, each in table.measures.items()}
    for label, measures in table.by_class.items():
        for name, each in measures.items():
            rows[f"{label}: {name.replace('_', ' ')}"] = (each, published.get(f"{label}: {name}"))
    for name, (each, theirs) in rows.items():
        said = "-" if theirs is None else f"{theirs}"
        shown.add_row(name, f"{each.value:.3f}", f"{each.low:.3f}", f"{each.high:.3f}", said)
    print_table(shown)
