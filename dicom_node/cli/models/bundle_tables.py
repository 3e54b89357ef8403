"""What a bundle does on a split, for a person: all images beside what others report, then each region."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dicom_node.cli.terminal import make_table, print_table

if TYPE_CHECKING:
    from inference.training.estimate import Estimate
    from inference.training.evaluation import ReadExample


def print_bundle(examples: "list[ReadExample]", split: str, as_json: bool) -> None:
    """Print every measure of the images that were read, with its interval, or one JSON object of the same.

    A region is there where the split has both kinds of image of it.
    """
    from inference.training.evaluation import PUBLISHED, divide_by_region, measure_bundle

    parts = {"all": examples} | divide_by_region(examples)
    measures = {name: measure_bundle(part) for name, part in parts.items()}
    if as_json:
        rows = {name: _count(parts[name]) | _as_json(found) for name, found in measures.items()}
        print(json.dumps({"split": split} | rows.pop("all") | {"regions": rows}))
        return
    for name, found in measures.items():
        count = _count(parts[name])
        title = f"{split}, {name}: {count['images']} images, {count['fractured']} with a fracture"
        _print(title, found, PUBLISHED if name == "all" else {})


def _print(title: str, measures: "dict[str, Estimate]", published: Mapping[str, str]) -> None:
    columns = ("measure", "value", "95 % from", "to", *(["published, each on another split"] if published else []))
    table = make_table(columns, numbers=columns[1:4], title=title)
    for name, each in measures.items():
        cells = (name.replace("_", " "), f"{each.value:.3f}", f"{each.low:.3f}", f"{each.high:.3f}")
        table.add_row(*cells, *([published.get(name, "-")] if published else []))
    print_table(table)


def _count(examples: "list[ReadExample]") -> dict[str, int]:
    return {"images": len(examples), "fractured": sum(each.fractured for each in examples)}


def _as_json(measures: "dict[str, Estimate]") -> dict[str, dict[str, float]]:
    return {name: each.as_json() for name, each in measures.items()}
