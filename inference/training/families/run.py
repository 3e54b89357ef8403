"""From a dataset folder to a family's models: read, train what is not trained yet, evaluate, export."""

from pathlib import Path

import numpy as np
from pydantic import JsonValue

from inference.training.families.batches import predict
from inference.training.families.entries import propose_entry
from inference.training.families.fitting import Workplace, fit_part
from inference.training.families.graphs import export_graph
from inference.training.families.judgement import Trained, score_hierarchy, score_part
from inference.training.families.material import Material, describe_splits, digest_run, load_material
from inference.training.families.outcome import Outcome, write_outcome
from inference.training.families.parts import Part, plan_parts
from inference.training.families.pixels import ShowProgress, to_input
from inference.training.families.progress import Report
from inference.training.families.scores import Table
from inference.training.families.starts import Start
from inference.training.recipe_book import FeaturesRecipe, KerasRecipe
from inference.zoo.manifest import Model

#: Images that the exported graph is compared on.
PARITY_IMAGES = 8


def train_family(
    recipe: KerasRecipe | FeaturesRecipe, data: Path, folder: Path, start: Start, show: ShowProgress, report: Report
) -> Outcome:
    """Train, evaluate and export a family; a second call goes on where the first one ended.

    Args:
        recipe: as it is for the dataset (`Recipe.on`).
        data: folder of that dataset in its published layout.
        folder: for everything that the run writes.

    Raises:
        FileNotFoundError: the folder is not that dataset.
        InputError: an image cannot be read, or a part has nothing to learn.
        ModelError: the run's folder holds another run, the start is of another backbone, or an export disagrees.
        ModelUnavailable: the start cannot be had here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    material = load_material(recipe, data, show)
    place = Workplace(folder, digest_run(recipe, start.weights, material.splits), show, report)
    counts = describe_splits(material.splits)
    report(
        f"{recipe.name} on {recipe.dataset}, start {start.weights}: "
        + ", ".join(f"{part['images']} images for {name}" for name, part in counts.items())
    )
    facts: dict[str, JsonValue] = {
        "dataset": recipe.dataset,
        "target": recipe.target,
        "start": start.weights if not Path(start.weights).is_file() else "file",
        "split": {name: dict(part) for name, part in counts.items()},
        "reported_on": "the published split" if recipe.shares == "published" else "the test share of the patients",
    }
    if isinstance(recipe, FeaturesRecipe):
        from inference.training.families.features import run_features

        outcome = run_features(recipe, material, start, place, facts)
    else:
        outcome = run_networks(recipe, material, start, place, facts)
    write_outcome(folder, recipe, outcome)
    return outcome


def run_networks(
    recipe: KerasRecipe, material: Material, start: Start, place: Workplace, facts: dict[str, JsonValue]
) -> Outcome:
    """Train every part of a recipe, then say how good each is, and all of them together."""
    parts = plan_parts(recipe)
    for part in parts:
        material.require(part)
    trained = [_train(recipe, part, material, start, place) for part in parts]
    tables: dict[str, Table] = {}
    entries: list[Model] = []
    for each in trained:
        mine = score_part(recipe, each, material)
        tables.update(mine)
        metrics: dict[str, JsonValue] = {"test": {name: table.as_json()["measures"] for name, table in mine.items()}}
        entries.append(_export(recipe, each, material, metrics, start, place))
    joined, more = ({}, {}) if len(trained) == 1 else score_hierarchy(recipe, trained, material)
    histories = {each.part.name: each.history for each in trained}
    return Outcome({**tables, **joined}, entries, facts, histories, more)


def _train(recipe: KerasRecipe, part: Part, material: Material, start: Start, place: Workplace) -> Trained:
    training, validation = material.require(part), material.examples(material.validation, part)
    network, state = fit_part(recipe, part, training, validation, start, place)
    network.jit_compile = False
    # The images that taught it are not asked again, but every other one is, also by specialists of other regions.
    said = np.zeros((len(material.canvases), len(part.classes)), dtype=np.float32)
    others = material.validation.start
    if others < len(said):
        said[others:] = predict(network, material.canvases[others:], recipe)
    return Trained(part, network, said, state.history)


def _export(
    recipe: KerasRecipe,
    trained: Trained,
    material: Material,
    metrics: dict[str, JsonValue],
    start: Start,
    place: Workplace,
) -> Model:
    part = trained.part
    shown = to_input(material.canvases[: -PARITY_IMAGES - 1 : -1], recipe.contract)
    exported = export_graph(
        trained.network, part.output, shown, place.folder, part.name, fracture_column=part.fracture_column
    )
    if exported.note:
        place.report(f"{part.name}: {exported.note}")
    validation = material.examples(material.validation, part)
    pair = (validation.labels, trained.said[validation.positions])
    return propose_entry(recipe, part, exported, pair, metrics, start, refuse_below=recipe.refuse_below)
