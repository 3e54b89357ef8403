"""What a model family's training or evaluation says to a person: the table of its source, beside its figures."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import JsonValue

from dicom_node.cli.terminal import make_table, print_table

if TYPE_CHECKING:
    from inference.training.families.scores import Table
    from inference.training.recipe_book import FeaturesRecipe, KerasRecipe


def print_outcome(
    recipe: "KerasRecipe | FeaturesRecipe", tables: "Mapping[str, Table]", more: Mapping[str, JsonValue]
) -> None:
    """Print every table of a run, what is no table, and what is known of the source's figures."""
    for title, table in tables.items():
        _print(title, table, recipe)
    for key, value in more.items():
        print(f"{key}: {value}")
    if recipe.published_note:
        print(recipe.published_note)


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def _print(title: str, table: "Table", recipe: "KerasRecipe | FeaturesRecipe") -> None:
    published = recipe.published
    heading = f"published, on {recipe.source_dataset}" if published else "published"
    columns = ("measure", "value", "95 % from", "to", heading)
    shown = make_table(columns, numbers=columns[1:], title=f"{title}: {table.images} test images")
    rows = {name.replace("_", " "): (each, published.get(name)) for name, each in table.measures.items()}
    for label, measures in table.by_class.items():
        for name, each in measures.items():
            rows[f"{label}: {name.replace('_', ' ')}"] = (each, published.get(f"{label}: {name}"))
    for name, (each, theirs) in rows.items():
        said = "-" if theirs is None else f"{theirs}"
        shown.add_row(name, f"{each.value:.3f}", f"{each.low:.3f}", f"{each.high:.3f}", said)
    print_table(shown)
