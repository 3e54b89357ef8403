"""Families whose classifier is no network: features of a fixed backbone, computed once and kept on the disk."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from pydantic import JsonValue

from inference.file_hashes import hash_files
from inference.training.families.batches import Numbers, predict
from inference.training.families.classifiers import as_dense, build_classifier, save_trees, score
from inference.training.families.entries import propose_entry
from inference.training.families.fitting import Workplace
from inference.training.families.graphs import Exported, export_graph
from inference.training.families.judgement import Trained, score_part
from inference.training.families.material import Material
from inference.training.families.networks import build_features
from inference.training.families.outcome import Outcome
from inference.training.families.parts import Part, plan_parts
from inference.training.families.pixels import Canvas, to_input
from inference.training.families.scores import Table
from inference.training.families.starts import Start
from inference.training.recipe_book import ClassifierName, FeaturesRecipe
from inference.zoo.manifest import BackendName, Model

#: The output of the network under LightGBM.
FEATURES = "features"
PARITY_IMAGES = 8
#: Features are written after so many images, so that a killed run goes on from there.
CHUNK_IMAGES = 512


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """One classifier, and what it says (images, classes) of every image."""

    name: ClassifierName
    classifier: Any
    said: Numbers


def run_features(
    recipe: FeaturesRecipe, material: Material, start: Start, place: Workplace, facts: dict[str, JsonValue]
) -> Outcome:
    """Compute the features, fit every classifier of the recipe, compare them, and export the first.

    Raises:
        InputError: as `Material.require`.
    """
    (part,) = plan_parts(recipe)
    examples = material.require(part)
    network = build_features(recipe, start)
    features = compute_features(network, recipe, material, place)
    wanted = examples.labels.argmax(axis=1) if part.exclusive else examples.labels[:, 0].astype(np.int64)
    taught = features[examples.positions]
    fitted = []
    for name in recipe.classifiers:
        classifier = build_classifier(name, recipe, *taught.shape).fit(taught, wanted)
        fitted.append(Fitted(name, classifier, score(classifier, features, len(part.classes))))
        place.report(f"{part.name}: fitted {name} to {len(taught)} images")
    tables: dict[str, Table] = {
        each.name: table
        for each in fitted
        for table in score_part(recipe, Trained(part, each.classifier, each.said, ()), material).values()
    }
    measures: dict[str, JsonValue] = {name: table.as_json()["measures"] for name, table in tables.items()}
    entry = _export(recipe, part, network, fitted[0], material, {"test": measures}, start, place)
    return Outcome(tables, [entry], facts)


def compute_features(network: Any, recipe: FeaturesRecipe, material: Material, place: Workplace) -> Numbers:
    """Return (images, features) of every image, from the disk where an earlier run left them there.

    In a folder of another run nothing is taken: the file is named by the run.
    """
    path = place.folder / f"features-{place.run}.npy"
    done = np.load(path) if path.is_file() else np.empty((0, network.output_shape[-1]), dtype=np.float32)
    if len(done):
        place.report(f"features of {len(done)} of {len(material.canvases)} images were computed before")
    while len(done) < len(material.canvases):
        chunk = material.canvases[len(done) : len(done) + CHUNK_IMAGES]
        done = np.concatenate([done, _compute(network, recipe, chunk, place, len(done))])
        fresh = path.with_suffix(".new.npy")
        np.save(fresh, done)
        fresh.replace(path)
        place.report(f"features of {len(done)} of {len(material.canvases)} images")
    return np.asarray(done, dtype=np.float32)


def _compute(network: Any, recipe: FeaturesRecipe, chunk: Canvas, place: Workplace, before: int) -> Numbers:
    with place.show(f"features after image {before}", math.ceil(len(chunk) / recipe.batch)) as step:
        return predict(network, chunk, recipe, step)


def _export(
    recipe: FeaturesRecipe,
    part: Part,
    network: Any,
    fitted: Fitted,
    material: Material,
    metrics: Mapping[str, JsonValue],
    start: Start,
    place: Workplace,
) -> Model:
    folder = place.folder
    shown = to_input(material.canvases[:PARITY_IMAGES], recipe.contract)
    validation = material.examples(material.validation, part)
    pair = (validation.labels, fitted.said[validation.positions])
    if fitted.name == "lightgbm":
        trees = folder / f"{part.name}.txt"
        save_trees(fitted.classifier, trees)
        network_files = export_graph(network, FEATURES, shown, folder, part.name).files
        exported, backend = Exported(network_files | hash_files([trees])), "lightgbm"
    else:
        whole = append_classifier(network, fitted.classifier, part)
        whole.save(folder / f"{part.name}.keras")
        column, backend = part.fracture_column, "openvino"
        exported = export_graph(whole, part.output, shown, folder, part.name, fracture_column=column)
    if exported.note:
        place.report(f"{part.name}: {exported.note}")
    return propose_entry(recipe, part, exported, pair, metrics, start, backend=_BACKENDS[backend])


_BACKENDS: Mapping[str, BackendName] = {"lightgbm": "lightgbm", "openvino": "openvino"}


def append_classifier(network: Any, classifier: Any, part: Part) -> Any:
    """Return the network with a fitted logistic pipeline as its last layer: one graph from pixels to probabilities."""
    kernel, bias = as_dense(classifier, len(part.classes))
    activation = "softmax" if part.exclusive else "sigmoid"
    last = keras.layers.Dense(len(part.classes), activation=activation, name=part.output)
    whole = keras.Model(network.input, last(network.output))
    last.set_weights([kernel, bias])
    whole.jit_compile = False
    return whole
