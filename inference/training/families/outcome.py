"""What a run leaves for people: metrics.json, curves.png, confusion.png, entry.json."""

import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from inference.training.families.entries import write_entries
from inference.training.families.plots import draw_confusion, draw_curves
from inference.training.families.progress import Epoch
from inference.training.families.scores import Table
from inference.training.recipe_book import Recipe
from inference.zoo.manifest import Model

#: Those whose version decides what comes out.
LIBRARIES = ("keras", "tensorflow-cpu", "scikit-learn", "lightgbm", "openvino")


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a run found out.

    Attributes:
        tables: by what was measured: a part, or the whole from end to end.
        more: what is no table: the share that is answered, thresholds.
        histories: of the parts that were trained epoch by epoch.
        entries: one a model.
        facts: what was trained on what: dataset, division, start.
    """

    tables: Mapping[str, Table]
    entries: Sequence[Model]
    facts: Mapping[str, JsonValue]
    histories: Mapping[str, Sequence[Epoch]] = field(default_factory=dict)
    more: Mapping[str, JsonValue] = field(default_factory=dict)


def write_outcome(folder: Path, recipe: Recipe, outcome: Outcome) -> None:
    """Write what a run found out into its folder."""
    content = {
        "recipe": recipe.name,
        "about": recipe.about,
        "seed": recipe.seed,
        **outcome.facts,
        "intervals": "95 % percentile bootstrap over images, 2000 draws",
        "tables": {name: table.as_json() for name, table in outcome.tables.items()},
        **outcome.more,
        "seconds": {name: round(sum(e["seconds"] for e in past), 1) for name, past in outcome.histories.items()},
        "published": recipe.published,
        "published_on": recipe.source_dataset,
        "published_note": recipe.published_note,
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "settings": recipe.model_dump(mode="json"),
    }
    (folder / "metrics.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    write_entries(folder / "entry.json", outcome.entries)
    if outcome.histories:
        draw_curves(folder / "curves.png", outcome.histories)
    draw_confusion(folder / "confusion.png", outcome.tables)
