"""The manifest entries that a run proposes: what serving must know of each model, with the numbers it was given."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from inference.calibration import calibrate, logit_of
from inference.training.datasets.registry import PUBLISHED
from inference.training.families.batches import Numbers
from inference.training.families.graphs import Exported
from inference.training.families.parts import Part
from inference.training.families.starts import Start
from inference.training.operating_points import choose_operating_points, fit_platt
from inference.training.recipe_book import Pictures
from inference.zoo.manifest import ABNORMAL, BackendName, Model, OperatingPoints, Platt

#: A draft until somebody releases it.
VERSION = "0.1.0"
#: Share of the validation images whose region was recognised rightly that may be refused as too uncertain.
REFUSED_SHARE = 0.01


def propose_entry(
    recipe: Pictures,
    part: Part,
    exported: Exported,
    validation: tuple[Numbers, Numbers],
    metrics: Mapping[str, JsonValue],
    start: Start,
    *,
    refuse_below: float | None = None,
    backend: BackendName = "openvino",
) -> Model:
    """Return the entry of one part.

    Args:
        validation: labels and probabilities (N, classes): calibration and operating points are chosen on them.
        refuse_below: confidence under which the recipe gives no answer, where it says one.
    """
    return Model(
        name=f"{recipe.name}-{part.name}",
        version=VERSION,
        task=part.task,
        backend=backend,
        files=exported.files,
        regions=part.regions,
        input=recipe.contract,
        outputs={part.output: "float32", **exported.outputs},
        classes=part.classes,
        data=", ".join(f"{each.title}, {each.source}" for each in PUBLISHED[recipe.dataset]),
        licence=_licence(recipe, start),
        metrics=dict(metrics),
        **_decide(part, *validation, refuse_below),
    )


def write_entries(path: Path, entries: Iterable[Model]) -> None:
    """Write entries as they stand in a manifest's list of models."""
    content = [entry.model_dump(mode="json", exclude_none=True) for entry in entries]
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _licence(recipe: Pictures, start: Start) -> str:
    terms = "; ".join(f"{each.title}: {each.licence}" for each in PUBLISHED[recipe.dataset])
    return f"trained {start.licence} on {terms}"


def _decide(part: Part, labels: Numbers, said: Numbers, refuse_below: float | None) -> dict[str, object]:
    """Return the numbers of a part that decide its answers."""
    if part.task == "region":
        return {"minimum_probability": refuse_below or _lowest_sure(labels, said)}
    column = part.classes.index(ABNORMAL) if part.task == "multilabel" else 0
    if part.task == "types":
        return {}
    if refuse_below is not None:
        points = OperatingPoints(doubt_from=round(1 - refuse_below, 6), present_from=refuse_below)
        return {"operating_points": points}
    return _calibrate(labels[:, column] > 0.5, said[:, column].astype(np.float64))


def _lowest_sure(labels: Numbers, said: Numbers) -> float:
    right = labels.argmax(axis=1) == said.argmax(axis=1)
    return round(float(np.quantile(said.max(axis=1)[right], REFUSED_SHARE)), 3) if right.any() else 0.5


def _calibrate(truth: np.ndarray, probabilities: np.ndarray) -> dict[str, object]:
    if truth.all() or not truth.any():
        return {"operating_points": OperatingPoints(doubt_from=0.5, present_from=0.5)}
    logits = np.array([logit_of(float(value)) for value in probabilities])
    slope, intercept = fit_platt(truth, logits)
    # A model that ranks no better than chance cannot be calibrated; its metrics say what it is.
    platt = Platt(kind="platt", slope=slope, intercept=intercept) if slope > 0 else None
    calibrated = np.array([calibrate(float(logit), platt) for logit in logits])
    doubt_from, present_from = choose_operating_points(truth, calibrated)
    points = OperatingPoints(doubt_from=round(doubt_from, 4), present_from=round(present_from, 4))
    return {"calibration": platt, "operating_points": points}
