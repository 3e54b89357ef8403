"""What a manifest would say of a trained detector: a draft, for whoever puts it into a bundle."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from pydantic import JsonValue

from inference.training.datasets.registry import PUBLISHED
from inference.training.yolo.export import OUTPUT
from inference.training.yolo.recipe import YoloRecipe
from inference.zoo.manifest import Model

MEANING = "(N, 4 + classes, anchors): centre x, centre y, width, height in canvas pixels, then a score for each class"


def draft_entry(
    recipe: YoloRecipe, folder: Path, files: Sequence[str], metrics: Mapping[str, JsonValue], *, day: date
) -> Model:
    """Return the manifest entry of an exported graph.

    Args:
        folder: where the files lie.
        files: names of the graph and of its weights.
        day: of the training; it is the version.
    """
    return Model(
        name=recipe.name,
        version=day.strftime("%Y.%m.%d"),
        task="detector",
        files={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files},
        input=recipe.contract,
        outputs={OUTPUT: {"decoding": "yolov8", "meaning": MEANING}},
        classes=recipe.classes,
        data=[
            {"title": each.title, "source": each.source, "licence": each.licence} for each in PUBLISHED[recipe.dataset]
        ],
        licence=f"AGPL-3.0, as ultralytics {version('ultralytics')} that trained it; and what the data's licence asks",
        metrics=dict(metrics),
    )
