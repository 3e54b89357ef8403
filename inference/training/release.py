"""Trained networks to a bundle: export, calibrate and fuse on the validation split, measure, write the manifest."""

from pathlib import Path
from typing import Any

import numpy as np

from inference.training.augmentation import centre
from inference.training.calibrating import fit_boxes, fit_fusion, fit_member, minimum_probability, recalibrate
from inference.training.evaluation import (
    ReadExample,
    box_average_precision,
    measure_fracture,
    read_split,
    region_accuracy,
)
from inference.training.export import OUTPUTS, export_graph, load_weights, write_manifest
from inference.training.fracatlas import REGIONS, load_split
from inference.training.gathering import gather
from inference.training.metrics import FRACTURE_MEASURES, bootstrap
from inference.training.recipes import BUNDLE, Recipe

LICENCE = "Apache-2.0; trained on FracAtlas (CC BY 4.0) from ImageNet weights (Apache-2.0): see THIRD_PARTY.md"
DATA = "FracAtlas, training split, doi:10.1038/s41597-023-02432-4; {phantoms} drawn phantoms"
FITTED_ON = "FracAtlas validation; calibration, fusion and operating points were fitted on it"


def release(runs: Path, data: Path, bundle: Path, *, name: str, version: str) -> list[ReadExample]:
    """Write the bundle, and return the validation split as the finished bundle reads it.

    Args:
        runs: folder with `<recipe>/weights.pt` of each recipe of the bundle.
        data: the FracAtlas folder.
        bundle: where the manifest and the graphs go.
    """
    entries = {recipe.name: _entry(recipe, runs, data, bundle, version) for recipe in BUNDLE}
    models = list(entries.values())
    speaking = [recipe.name for recipe in BUNDLE if recipe.task != "region"]
    write_manifest(bundle, name, models)
    gathered = gather(bundle, data, "val")
    for member in speaking:
        entries[member] |= fit_member(gathered, member)
    for recipe in BUNDLE:
        if recipe.task == "region":
            entries[recipe.name]["minimum_probability"] = minimum_probability(gathered)
    calibrated = recalibrate(gathered, entries)
    fusion = fit_fusion(calibrated, speaking)
    for recipe in BUNDLE:
        if recipe.task == "detector":
            entries[recipe.name]["box_calibration"] = fit_boxes(calibrated, recipe.name, fusion.table)
    write_manifest(bundle, name, models, fusion.table)
    finished = read_split(bundle, data, "val")
    labels = np.array([each.fractured for each in calibrated])
    fusion.table["choice"]["held_out"] = _measure(labels, 1 / (1 + np.exp(-fusion.held_out)))
    for recipe in BUNDLE:
        entries[recipe.name]["metrics"] = _metrics(recipe, finished)
    write_manifest(bundle, name, models, fusion.table)
    return finished


def _metrics(recipe: Recipe, finished: list[ReadExample]) -> dict[str, Any]:
    said: dict[str, Any] = {"split": FITTED_ON, "seed": recipe.seed}
    if recipe.task == "region":
        return said | {"region_accuracy": region_accuracy(finished).as_json()}
    labels = np.array([each.fractured for each in finished])
    alone = np.array([each.of_member(recipe.name) for each in finished])
    said |= {"alone": _measure(labels, alone)}
    said |= {"bundle": {key: value.as_json() for key, value in measure_fracture(finished).items()}}
    if recipe.task == "detector":
        said["bundle"]["box_map50"] = box_average_precision(finished).as_json()
    return said


def _measure(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, dict[str, float]]:
    return {name: bootstrap(measure, labels, probabilities).as_json() for name, measure in FRACTURE_MEASURES.items()}


def _entry(recipe: Recipe, runs: Path, data: Path, bundle: Path, version: str) -> dict[str, Any]:
    network = load_weights(recipe, runs / recipe.name / "weights.pt")
    examples = load_split(data, "val", recipe.side_px)[:16]
    images = np.stack([centre(each, recipe.side_px) for each in examples])[:, None]
    files = export_graph(recipe, network, bundle, images)
    entry: dict[str, Any] = {
        "name": recipe.name,
        "version": version,
        "task": recipe.task,
        "files": files,
        "input": {
            "name": "image",
            "side_px": recipe.side_px,
            "preprocess": ["stretch_contrast", "darken_border", "letterbox"],
            "flips": list(recipe.flips),
        },
        "outputs": {output: "float32" for output in OUTPUTS[recipe.task]},
        "classes": list(REGIONS) if recipe.task == "region" else ["fracture"],
        "data": DATA.format(phantoms=recipe.phantoms),
        "licence": LICENCE,
        "metrics": {"split": FITTED_ON, "seed": recipe.seed},
    }
    if recipe.task == "region":
        return entry | {"minimum_probability": 0.0}
    plain = {"kind": "platt", "slope": 1.0, "intercept": 0.0}
    return entry | {"calibration": plain, "operating_points": {"doubt_from": 0.5, "present_from": 0.5}}
