"""Two trained networks to a bundle: export, calibrate on the validation split, measure, write the manifest."""

import math
from pathlib import Path

import numpy as np

from inference.backends.openvino import OpenVinoBackend
from inference.ensemble import Canvases, Ensemble
from inference.header import read_header
from inference.picture import open_picture
from inference.radiograph import develop
from inference.training.augmentation import centre
from inference.training.evaluation import (
    ReadExample,
    box_average_precision,
    measure_fracture,
    read_split,
    region_accuracy,
)
from inference.training.export import OUTPUTS, export_graph, load_weights, write_manifest
from inference.training.fracatlas import REGIONS, load_split
from inference.training.operating_points import choose_operating_points, fit_platt
from inference.training.recipes import FRACTURE, REGION, Recipe
from inference.zoo import load_manifest

LICENCE = "Apache-2.0; trained on FracAtlas (CC BY 4.0) from ImageNet weights (Apache-2.0): see THIRD_PARTY.md"
DATA = "FracAtlas, training split, doi:10.1038/s41597-023-02432-4; {phantoms} drawn phantoms"
#: An image whose best region stays below half of the least certain validation image is not one of ours.
REGION_MARGIN = 0.5


def release(runs: Path, data: Path, bundle: Path, *, name: str, version: str) -> list[ReadExample]:
    """Write the bundle, and return the validation split as the finished bundle reads it.

    Args:
        runs: folder with `<recipe>/weights.pt` of both recipes.
        data: the FracAtlas folder.
        bundle: where the manifest and the graphs go.
    """
    entries = [_entry(recipe, runs, data, bundle, version) for recipe in (REGION, FRACTURE)]
    write_manifest(bundle, name, entries)
    region, fracture = entries
    uncalibrated = read_split(bundle, data, "val")
    fracture["map_calibration"] = _fit_map(bundle, data, uncalibrated)
    region["minimum_probability"] = _minimum_probability(uncalibrated)
    fracture |= _calibration(uncalibrated)
    write_manifest(bundle, name, entries)
    finished = read_split(bundle, data, "val")
    region["metrics"] = _provenance(REGION) | {"region_accuracy": region_accuracy(finished).as_json()}
    fracture["metrics"] = (
        _provenance(FRACTURE)
        | {key: value.as_json() for key, value in measure_fracture(finished).items()}
        | {"box_map50": round(box_average_precision(finished), 4)}
    )
    write_manifest(bundle, name, entries)
    return finished


def _entry(recipe: Recipe, runs: Path, data: Path, bundle: Path, version: str) -> dict[str, object]:
    network = load_weights(recipe, runs / recipe.name / "weights.pt")
    examples = load_split(data, "val", recipe.side_px)[:16]
    images = np.stack([centre(each, recipe.side_px) for each in examples])[:, None]
    files = export_graph(recipe, network, bundle, images)
    entry: dict[str, object] = {
        "name": recipe.name,
        "version": version,
        "task": recipe.task,
        "files": files,
        "input": {
            "name": "image",
            "side_px": recipe.side_px,
            "range": "0..1",
            "channels": 1,
            "preprocess": ["stretch_contrast", "darken_border", "letterbox"],
            "flips": list(recipe.flips),
        },
        "outputs": {output: "float32" for output in OUTPUTS[recipe.task]},
        "classes": list(REGIONS) if recipe.task == "region" else ["fracture"],
        "data": DATA.format(phantoms=recipe.phantoms),
        "licence": LICENCE,
        "metrics": _provenance(recipe),
    }
    if recipe.task == "region":
        return entry | {"minimum_probability": 0.0}
    plain = {"kind": "platt", "slope": 1.0, "intercept": 0.0}
    return entry | {"calibration": plain, "operating_points": {"doubt_from": 0.5, "present_from": 0.5}}


def _provenance(recipe: Recipe) -> dict[str, object]:
    return {"split": "FracAtlas validation; calibration and operating points were fitted on it", "seed": recipe.seed}


def _calibration(examples: list[ReadExample]) -> dict[str, object]:
    labels = np.array([example.fractured for example in examples])
    raw = np.clip([example.probability for example in examples], 1e-12, 1 - 1e-12)
    slope, intercept = fit_platt(labels, np.log(raw / (1 - raw)))
    calibrated = 1 / (1 + np.exp(-(slope * np.log(raw / (1 - raw)) + intercept)))
    doubt_from, present_from = choose_operating_points(labels, calibrated)
    # Rounded down, so that the image that set a point lies on its upper side.
    points = {"doubt_from": _floor(doubt_from), "present_from": _floor(present_from)}
    return {"calibration": {"kind": "platt", "slope": slope, "intercept": intercept}, "operating_points": points}


def _fit_map(bundle: Path, data: Path, examples: list[ReadExample]) -> dict[str, object]:
    """Fit how sure a peak of the map is: the chance that it lies inside a box that the authors drew."""
    ensemble = Ensemble(bundle, load_manifest(bundle), OpenVinoBackend(2))
    peaks, inside = [], []
    for example in examples:
        header = read_header(picture := open_picture(data / "images" / example.row["image_id"]))
        _, (evidence,), _ = ensemble.examine(Canvases(develop(picture, header).display))
        row, column = np.unravel_index(evidence.cells.argmax(), evidence.cells.shape)
        point = evidence.canvas.to_stored((column + 0.5) * evidence.cell_px, (row + 0.5) * evidence.cell_px)
        peaks.append(float(evidence.cells.max()))
        inside.append(any(x0 <= point[0] <= x1 and y0 <= point[1] <= y1 for x0, y0, x1, y1 in example.boxes))
    slope, intercept = fit_platt(np.array(inside), np.array(peaks))
    return {"kind": "platt", "slope": slope, "intercept": intercept}


def _minimum_probability(examples: list[ReadExample]) -> float:
    least = min(example.reading.region.probability for example in examples if example.reading.region)
    return _floor(least * REGION_MARGIN)


def _floor(value: float) -> float:
    return math.floor(value * 10_000) / 10_000
