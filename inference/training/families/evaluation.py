"""A finished run judged again by what it exported: the graphs as they serve, on the part of a dataset it reports on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from domain.errors import InputError, ModelError
from inference.backends import Session
from inference.backends.installed import open_backends
from inference.training.datasets.labelled import Splits
from inference.training.datasets.registry import READERS
from inference.training.families.judgement import Trained, score_hierarchy, score_part
from inference.training.families.material import Material, divide
from inference.training.families.parts import Part, plan_parts
from inference.training.families.pixels import ShowProgress, load_canvases, to_input
from inference.training.families.scores import Table
from inference.training.recipe_book import FeaturesRecipe, KerasRecipe, parse_recipe
from inference.zoo import Model, load_model

#: A large backbone may wait for other work on the machine; this is no measurement of time.
IMAGE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The tables of a run, by what was measured, and what is no table."""

    recipe: KerasRecipe | FeaturesRecipe
    tables: Mapping[str, Table]
    more: Mapping[str, JsonValue]


def evaluate_family(folder: Path, data: Path, threads: int, show: ShowProgress) -> Evaluation:
    """Judge what `train_family` left in a folder; the recipe is the one that the run was made with.

    Args:
        folder: of the run: metrics.json, entry.json and the exported files.
        data: the dataset that it was trained on, in its published layout.

    Raises:
        ModelError: the folder holds no finished run, or an exported file is not what the run wrote.
        FileNotFoundError: the folder of data is not that dataset.
        InputError: an image cannot be read, or no test image has a label.
    """
    recipe, entries = read_run(folder)
    material = _load_test(recipe, data, show)
    parts = plan_parts(recipe)
    trained = [
        _ask(part, _compile(folder, entry, threads), entry, material, show)
        for part, entry in zip(parts, entries, strict=True)
    ]
    tables = {title: table for each in trained for title, table in score_part(recipe, each, material).items()}
    if isinstance(recipe, FeaturesRecipe):
        return Evaluation(recipe, dict(zip(recipe.classifiers, tables.values(), strict=False)), {})
    joined, more = ({}, {}) if len(trained) == 1 else score_hierarchy(recipe, trained, material)
    return Evaluation(recipe, {**tables, **joined}, more)


def read_run(folder: Path) -> tuple[KerasRecipe | FeaturesRecipe, list[Model]]:
    """Return the recipe of a finished run as it was, and what it exported.

    Raises:
        ModelError: the folder holds no finished run of a Keras family.
    """
    try:
        recipe = parse_recipe(json.loads((folder / "metrics.json").read_text())["settings"])
        entries = [Model.model_validate(each) for each in json.loads((folder / "entry.json").read_text())]
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"{folder} holds no finished run: osteonode models train makes one") from error
    if not isinstance(recipe, KerasRecipe | FeaturesRecipe):
        raise ModelError(f"{folder} holds a run of another engine")
    return recipe, entries


def _load_test(recipe: KerasRecipe | FeaturesRecipe, data: Path, show: ShowProgress) -> Material:
    try:
        test = divide(recipe, READERS[recipe.dataset](data)).test
        if not test:
            raise InputError(f"{data}: no image is left to test on")
        return Material(Splits((), (), test), load_canvases(test, recipe.contract, show))
    except ValueError as error:
        raise InputError(str(error)) from error


def _compile(folder: Path, entry: Model, threads: int) -> Session:
    return open_backends(threads)[entry.backend]().compile(load_model(folder, entry))


def _ask(part: Part, session: Session, entry: Model, material: Material, show: ShowProgress) -> Trained:
    """Ask a part about each image by itself, as it serves; a recipe's contract has one view of an image."""
    said = np.zeros((len(material.canvases), len(part.classes)), dtype=np.float32)
    with show(part.name, len(said)) as step:
        for index in range(len(said)):
            tensors = session.run(to_input(material.canvases[index : index + 1], entry.input), IMAGE_SECONDS)
            said[index] = tensors[part.output][0]
            step()
    return Trained(part, None, said, ())
