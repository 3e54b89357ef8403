"""Trained networks to a bundle: export, calibrate and fuse on the validation split, measure, write the manifest."""

from pathlib import Path
from typing import Any

import numpy as np

from inference.training.augmentation import centre
from inference.training.evaluation import ReadExample
from inference.training.export import OUTPUTS, export_graph, load_weights, weights_of
from inference.training.fracatlas import REGIONS, load_split
from inference.training.recipes import BUNDLE, Recipe
from inference.training.validating import FITTED_ON, PLAIN_REGION, PLAIN_SPEAKER, Draft, unfit, validate
from inference.zoo import MANIFESTS, load_manifest

LICENCE = "Apache-2.0; trained on FracAtlas (CC BY 4.0) from ImageNet weights (Apache-2.0): see THIRD_PARTY.md"
DATA = "FracAtlas, training split, doi:10.1038/s41597-023-02432-4; {phantoms} drawn phantoms"


def release(runs: Path, data: Path, bundle: Path, *, name: str, version: str) -> list[ReadExample]:
    """Write the bundle, and return the validation split as the finished bundle reads it.

    Args:
        runs: folder with `<recipe>/weights.pt` of each recipe of the bundle; a model whose run is not there stays as it
            is in `bundle`.
        data: the FracAtlas folder.
        bundle: where the manifest and the graphs go.
    """
    kept = {model.name: model for model in load_manifest(bundle).models} if (bundle / MANIFESTS["f32"]).exists() else {}
    models = [
        unfit(kept[recipe.name])
        if recipe.name in kept and not weights_of(recipe.name, runs).exists()
        else _entry(recipe, runs, data, bundle, version)
        for recipe in BUNDLE
    ]
    return validate(bundle, data, Draft(name, models)).examples


def _entry(recipe: Recipe, runs: Path, data: Path, bundle: Path, version: str) -> dict[str, Any]:
    network = load_weights(recipe, runs)
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
    return entry | (PLAIN_REGION if recipe.task == "region" else PLAIN_SPEAKER)
