"""osteonode models: what the bundle holds, and whether its bytes are those that its manifest names."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from dicom_node.cli.options import Bundle
from domain.errors import ModelUnavailable

if TYPE_CHECKING:
    from inference.training.fracatlas import Split
    from inference.training.metrics import Estimate
    from inference.zoo import Model

    Row = dict[str, str]

Recipe = Annotated[str, typer.Argument(help="Name of the recipe; a wrong one lists those there are.", metavar="RECIPE")]
Data = Annotated[
    Path,
    typer.Option("--data", exists=True, file_okay=False, help="FracAtlas: manifest.csv and images/.", metavar="DIR"),
]
Imagenet = Annotated[
    Path,
    typer.Option("--imagenet", exists=True, help="MobileNetV2 weights without the top, Keras .h5.", metavar="FILE"),
]
Runs = Annotated[Path, typer.Option("--runs", help="Folder for checkpoints and weights, one a recipe.", metavar="DIR")]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads of the processor.")]
SplitName = Annotated[str, typer.Option("--split", help="Which split of the manifest: train or val.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]

app = typer.Typer(help="The models: list, verify, train, evaluate, export.", no_args_is_help=True)


@app.command("list")
def list_models(bundle: Bundle = None) -> None:
    """List the models of a bundle: task, version, what they were trained on, licence, operating point (0 to 1)."""
    from dicom_node.cli.terminal import make_table, print_table
    from inference.zoo import BUNDLED, load_manifest, model_set

    manifest = load_manifest(bundle or BUNDLED)
    table = make_table(("model", "version", "task", "classes", "present from", "trained on", "licence"))
    for model in manifest.models:
        table.add_row(*_describe(model))
    print(f"bundle {manifest.bundle}, model set {model_set(manifest)[:16]}")
    print_table(table)


def _describe(model: "Model") -> tuple[str, ...]:
    points = model.operating_points
    present_from = f"{points.present_from:.2f}" if points else "-"
    classes = ", ".join(model.classes)
    return model.name, model.version, model.task, classes, present_from, _name_data(model.data), model.licence


def _name_data(data: Any) -> str:
    """Return the name of the data a model was trained on; the manifest leaves its form to the training."""
    if isinstance(data, dict):
        return str(data.get("name") or ", ".join(data))
    return ", ".join(map(_name_data, data)) if isinstance(data, list) else str(data or "-")


@app.command("verify")
def verify_models(bundle: Bundle = None) -> None:
    """Compare the SHA-256 of every file of a bundle with its manifest; exit code 1 where one differs or is missing."""
    from dicom_node.cli.terminal import make_table, print_table
    from inference.zoo import BUNDLED, verify

    verifications = verify(bundle or BUNDLED)
    table = make_table(("model", "version", "file", "state"))
    for each in verifications:
        table.add_row(each.model, each.version, each.file, each.state)
    print_table(table)
    if any(each.state != "ok" for each in verifications):
        from dicom_node.cli.terminal import explain

        explain(
            "the bundle is not the one that its manifest names",
            ("The node refuses to start with it: install it again.",),
        )
        raise typer.Exit(1)


@app.command("train")
def train_model(recipe: Recipe, data: Data, imagenet: Imagenet, runs: Runs, threads: Threads = 2) -> None:
    """Train the weights of one recipe; a second call goes on where the first one ended. Takes hours.

    Needs the extra `train`: `make train`, then .venv-train/bin/osteonode.
    """
    require_packages("torch", "h5py", "sklearn")
    from inference.training.recipes import RECIPES
    from inference.training.run import train_recipe

    if recipe not in RECIPES:
        raise typer.BadParameter(f"there is no recipe {recipe!r}; there are: {', '.join(RECIPES)}", param_hint="RECIPE")
    folder = runs / recipe
    folder.mkdir(parents=True, exist_ok=True)
    print(train_recipe(RECIPES[recipe], data=data, imagenet=imagenet, folder=folder, threads=threads))


@app.command("evaluate")
def evaluate_models(data: Data, split: SplitName = "val", bundle: Bundle = None, as_json: AsJson = False) -> None:
    """Read a split of FracAtlas with a bundle, by the code that serves, and print every measure with its interval.

    Intervals are 95 % bootstrap intervals over images. Needs the extra `train`: `make train`.
    """
    require_packages("sklearn")
    from dicom_node.cli.terminal import show_progress
    from inference.training.evaluation import measure_fracture, read_split, region_accuracy
    from inference.zoo import BUNDLED

    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        images = sum(row["split"] == split for row in csv.DictReader(file))
    if not images:
        raise typer.BadParameter(f"the manifest there has no split {split!r}", param_hint="--split")
    with show_progress("reading", images) as step:
        examples = read_split(bundle or BUNDLED, data, cast("Split", split), progress=_counted(step))
    _print_measures({**measure_fracture(examples), "region_accuracy": region_accuracy(examples)}, images, as_json)


@app.command("export")
def export_bundle(
    data: Data,
    runs: Runs,
    bundle: Annotated[Path, typer.Option("--bundle", help="Folder to write the bundle to.", metavar="DIR")],
    name: Annotated[str, typer.Option("--name", help="Name of the bundle.")],
    version: Annotated[str, typer.Option("--version", help="Version of its models.")],
    card: Annotated[Path | None, typer.Option("--card", help="Model card to bring up to date.", metavar="FILE")] = None,
) -> None:
    """Make a bundle of the trained weights: export, calibrate and measure on the validation split of FracAtlas.

    Needs the extra `train`: `make train`.
    """
    require_packages("torch", "sklearn", "matplotlib")
    from inference.training.model_card import update_model_card
    from inference.training.release import release

    examples = release(runs, data, bundle, name=name, version=version)
    if card is not None:
        update_model_card(card, examples, bundle=name, split="validation")
    print(bundle / "manifest.json")


def _counted(step: Callable[[], None]) -> "Callable[[Iterable[Row]], Iterable[Row]]":
    def count_each(rows: "Iterable[Row]") -> "Iterable[Row]":
        for row in rows:
            yield row
            step()

    return count_each


def _print_measures(measures: "Mapping[str, Estimate]", images: int, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"images": images, **{name: each.as_json() for name, each in measures.items()}}))
        return
    from dicom_node.cli.terminal import make_table, print_table

    table = make_table(
        ("measure", "value", "95 % from", "to"), numbers=("value", "95 % from", "to"), title=f"{images} images"
    )
    for name, each in measures.items():
        table.add_row(name.replace("_", " "), f"{each.value:.3f}", f"{each.low:.3f}", f"{each.high:.3f}")
    print_table(table)


def require_packages(*names: str) -> None:
    """Raise ModelUnavailable, with what to do, where packages of the extra `train` are not installed."""
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise ModelUnavailable(
            f"this needs {', '.join(missing)}, which serving does not install: run `make train`, then "
            ".venv-train/bin/osteonode models ..."
        )
