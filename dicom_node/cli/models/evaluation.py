"""osteonode models evaluate: a split of FracAtlas, read by the code that serves."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, cast

import typer

from dicom_node.cli.models.options import AsJson, Data
from dicom_node.cli.models.packages import require_packages
from dicom_node.cli.options import Bundle

if TYPE_CHECKING:
    from inference.training.fracatlas import Split
    from inference.training.metrics import Estimate

    Row = dict[str, str]

SplitName = Annotated[str, typer.Option("--split", help="Which split of the manifest: train or val.")]


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
