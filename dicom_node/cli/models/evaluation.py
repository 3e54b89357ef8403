"""osteonode models evaluate: a split of FracAtlas, read by the code that serves."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from dicom_node.cli.models.options import AsJson, Data, Runs
from dicom_node.cli.models.packages import require_packages
from dicom_node.cli.options import Bundle, Precision

if TYPE_CHECKING:
    from inference.training.fracatlas import Split

RecipeName = Annotated[
    str | None,
    typer.Argument(help="A recipe that was trained: its run is judged, on its test part.", metavar="[RECIPE]"),
]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads of the processor, of a recipe's run.")]
Keep = Annotated[
    bool, typer.Option("--keep", help="Write what was measured beside the bundle's manifest: the console shows it.")
]
SplitName = Annotated[str, typer.Option("--split", help="Which split of the manifest: train, val, or test.")]


def evaluate_models(
    data: Data,
    recipe: RecipeName = None,
    runs: Runs = Path("runs"),
    threads: Threads = 2,
    split: SplitName = "val",
    bundle: Bundle = None,
    precision: Precision = "f32",
    as_json: AsJson = False,
    keep: Keep = False,
) -> None:
    """Judge a bundle on a split of FracAtlas, or the run of a recipe on its dataset; with intervals, by what serves.

    Intervals are 95 % bootstrap intervals over images. A bundle needs the extra `train`: `make train`. A recipe needs
    `make models`, then .venv-models/bin/osteonode; its table stands beside the figures of its source.
    """
    if recipe is not None:
        _evaluate_run(recipe, data, runs, threads, as_json)
        return
    require_packages("sklearn")
    from dicom_node.cli.models.bundle_tables import print_bundle
    from dicom_node.cli.terminal import count_each, show_progress
    from inference.training.evaluation import read_split
    from inference.training.fracatlas import list_splits, read_rows
    from inference.zoo import BUNDLED

    named = cast("Split", split)
    images = len(read_rows(data, named))
    if not images:
        known = ", ".join(list_splits(data))
        raise typer.BadParameter(f"the manifest there has no split {split!r}; it has: {known}", param_hint="--split")
    with show_progress("reading", images) as step:
        examples = read_split(bundle or BUNDLED, data, named, precision=precision, progress=count_each(step))
    if keep:
        from inference.training.evaluation_file import write_evaluation

        write_evaluation(bundle or BUNDLED, examples, split=named, precision=precision)
    print_bundle(examples, split, as_json)


def _evaluate_run(recipe: str, data: Path, runs: Path, threads: int, as_json: bool) -> None:
    from dicom_node.cli.models.family_evaluation import evaluate_from_book
    from inference.training.recipe_book import load_book

    if recipe not in load_book():
        known = ", ".join(load_book())
        raise typer.BadParameter(f"there is no family {recipe!r}; there are: {known}", param_hint="RECIPE")
    evaluate_from_book(recipe, data, runs, threads, as_json)
