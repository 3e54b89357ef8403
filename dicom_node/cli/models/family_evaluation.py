"""The evaluation of a model family's run for a person: what it exported, judged again as it serves."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from dicom_node.cli.models.family_tables import print_outcome, say
from dicom_node.cli.models.family_training import open_frameworks
from dicom_node.cli.terminal import show_progress

if TYPE_CHECKING:
    from inference.training.yolo.recipe import YoloRecipe


def evaluate_from_book(name: str, data: Path, runs: Path, threads: int, as_json: bool) -> None:
    """Judge the run of a recipe of the book, on the dataset that it was trained on.

    Raises:
        ModelError: RUNS holds no finished run of it.
        ModelUnavailable: what it needs is not installed.
    """
    from inference.training.recipe_book import load_book
    from inference.training.yolo.recipe import YoloRecipe

    recipe = load_book()[name]
    if isinstance(recipe, YoloRecipe):
        _evaluate_boxes(recipe, data, runs / name, threads, as_json)
        return
    open_frameworks(threads)
    from inference.training.families.evaluation import evaluate_family

    found = evaluate_family(runs / name, data, threads, show_progress)
    if as_json:
        print(json.dumps({title: table.as_json() for title, table in found.tables.items()} | dict(found.more)))
        return
    print_outcome(found.recipe, found.tables, found.more)


def _evaluate_boxes(recipe: "YoloRecipe", data: Path, folder: Path, threads: int, as_json: bool) -> None:
    from inference.training.yolo.run import evaluate_yolo

    found = evaluate_yolo(recipe, data, folder, threads=threads, report=_keep_quiet if as_json else say)
    if as_json:
        print(json.dumps(found))


def _keep_quiet(_line: str) -> None:
    """With --json nothing but the object is printed."""
