"""Tiny runs of the Keras families on generated trees in the published layouts; needs the extra `models`."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.training.recipe_book import load_book, override
from tests.fakes import dataset_trees

TREES: dict[str, Callable[[Path], Path]] = {
    "fracatlas": lambda folder: dataset_trees.write_fracatlas(folder, images=64),
    "mura": lambda folder: dataset_trees.write_mura(folder, patients=8),
    "mura-lera": lambda folder: dataset_trees.write_mura_lera(folder, patients=4),
    "bone-break": dataset_trees.write_bone_break,
    "spinexr": lambda folder: dataset_trees.write_spinexr(folder, studies=14),
}
#: A backbone, a size and as many epochs as a test has patience for.
TINY = {"side_px": 32, "backbone": "Trial", "batch": 16, "precision": "float32"}


@dataclass(frozen=True)
class TinyRun:
    """A family that was trained on a tree, and where it wrote."""

    recipe: Any
    data: Path
    folder: Path
    outcome: Any
    lines: list[str]


def silent(_what: str, _total: int) -> Any:
    return nullcontext(lambda: None)


def train(recipe: Any, data: Path, folder: Path) -> TinyRun:
    """Train a recipe as the command does, from random weights."""
    from inference.training.families.run import train_family
    from inference.training.families.starts import Start

    lines: list[str] = []
    outcome = train_family(recipe, data, folder, Start("random"), silent, lines.append)
    return TinyRun(recipe, data, folder, outcome, lines)


def tiny(name: str, dataset: str | None = None, **changes: Any) -> Any:
    """Return a recipe of the book, made tiny."""
    recipe = load_book()[name]
    return override(recipe.on(dataset or recipe.dataset), **{**TINY, **changes})
