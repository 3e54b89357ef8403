"""A version of a bundle: all of its manifest that is fitted and measured, on the validation split, as it will serve."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from domain.errors import ModelError
from inference.training.calibrating import (
    fit_boxes,
    fit_fusion,
    fit_member,
    maximum_distance,
    minimum_probability,
    recalibrate,
)
from inference.training.evaluation import (
    ReadExample,
    box_average_precision,
    measure_fracture,
    read_split,
    region_accuracy,
)
from inference.training.evaluation_file import write_evaluation
from inference.training.export import write_manifest
from inference.training.gathering import Gathered, Progress, gather
from inference.training.metrics import FRACTURE_MEASURES, bootstrap
from inference.zoo import Model, Precision

#: What is fitted, and so of one version alone.
_FITTED = ("calibration", "box_calibration", "operating_points", "minimum_probability", "precision", "metrics")
FITTED_ON = "FracAtlas validation; calibration, fusion and operating points were fitted on it"
#: What stands in an entry until it is fitted: so logits come through as they are, and every image is read.
PLAIN_REGION: dict[str, Any] = {"minimum_probability": 0.0, "maximum_distance": None}
PLAIN_SPEAKER: dict[str, Any] = {
    "calibration": {"kind": "platt", "slope": 1.0, "intercept": 0.0},
    "operating_points": {"doubt_from": 0.5, "present_from": 0.5},
}


def unfit(model: Model) -> dict[str, Any]:
    """Return the manifest entry of a model with nothing fitted: to be filled in by `validate`."""
    said = model.model_dump(mode="json", exclude_unset=True)
    kept = {key: value for key, value in said.items() if key not in _FITTED}
    seed = {key: model.metrics[key] for key in ("seed",) if key in model.metrics}
    kept |= {"metrics": {"split": FITTED_ON} | seed}
    return kept | (PLAIN_REGION if model.task == "region" else PLAIN_SPEAKER)


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that is not fitted yet.

    Attributes:
        name: of the version.
        models: manifest entries whose fitted keys are those of PLAIN_REGION and PLAIN_SPEAKER; they are filled in.
    """

    name: str
    models: list[dict[str, Any]]
    precision: Precision = "f32"

    @property
    def speaking(self) -> list[str]:
        """The members that speak of fractures."""
        return [entry["name"] for entry in self.models if entry["task"] != "region"]


@dataclass(frozen=True, slots=True, eq=False)
class Validated:
    """The validation split as the finished version reads it, and what its members said before they were fitted."""

    examples: list[ReadExample]
    gathered: list[Gathered]


def validate(folder: Path, data: Path, draft: Draft, *, progress: Progress = iter) -> Validated:
    """Fit and measure a version, and write its manifest and its evaluation beside the weight files in `folder`.

    Args:
        data: the FracAtlas folder.
        progress: is handed the images, twice.

    Raises:
        ModelError: the models cannot be run, or not in this precision, or a member has nothing to say of this split.
    """
    entries = {entry["name"]: entry for entry in draft.models}

    def write(fusion: dict[str, Any] | None = None) -> None:
        write_manifest(folder, draft.name, draft.models, fusion, precision=draft.precision)

    write()
    gathered = gather(folder, data, "val", precision=draft.precision, progress=progress)
    fusion = _fit(entries, draft.speaking, gathered)
    write(fusion)
    finished = read_split(folder, data, "val", precision=draft.precision, progress=progress)
    for entry in draft.models:
        entry["metrics"] = _measure_member(entry, finished)
    write(fusion)
    write_evaluation(folder, finished, split="val", precision=draft.precision)
    return Validated(finished, gathered)


def _fit(entries: dict[str, Any], speaking: list[str], gathered: list[Gathered]) -> dict[str, Any]:
    """Fill the entries, and return the fusion table."""
    for member in speaking:
        entries[member] |= fit_member(gathered, member)
    for entry in entries.values():
        if entry["task"] == "region":
            entry.update(_fit_guard(entry, gathered))
    try:
        calibrated = recalibrate(gathered, entries)
    except ValidationError as error:
        raise ModelError("a member reads this split no better than chance, so nothing can be fitted on it") from error
    fusion = fit_fusion(calibrated, speaking)
    for entry in entries.values():
        if entry["task"] == "detector":
            entry["box_calibration"] = fit_boxes(calibrated, entry["name"], fusion.table)
    labels = np.array([each.fractured for each in calibrated])
    fusion.table["choice"]["held_out"] = _measure(labels, 1 / (1 + np.exp(-fusion.held_out)))
    return fusion.table


def _fit_guard(entry: dict[str, Any], gathered: list[Gathered]) -> dict[str, Any]:
    limit = maximum_distance(gathered, entry["name"]) if "distance" in entry["outputs"] else None
    return {"minimum_probability": minimum_probability(gathered), "maximum_distance": limit}


def _measure_member(entry: dict[str, Any], finished: list[ReadExample]) -> dict[str, Any]:
    said = {"split": FITTED_ON, **{key: value for key, value in entry["metrics"].items() if key == "seed"}}
    if entry["task"] == "region":
        return said | {"region_accuracy": region_accuracy(finished).as_json()}
    labels = np.array([each.fractured for each in finished])
    alone = np.array([each.of_member(entry["name"]) for each in finished])
    said |= {"alone": _measure(labels, alone)}
    said |= {"bundle": {key: value.as_json() for key, value in measure_fracture(finished).items()}}
    if entry["task"] == "detector":
        said["bundle"]["box_map50"] = box_average_precision(finished).as_json()
    return said


def _measure(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, dict[str, float]]:
    return {name: bootstrap(measure, labels, probabilities).as_json() for name, measure in FRACTURE_MEASURES.items()}
