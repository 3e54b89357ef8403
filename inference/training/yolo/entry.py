"""What a manifest would say of a trained detector: a draft, for whoever puts it into a bundle."""

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

from pydantic import JsonValue

from inference.file_hashes import hash_files
from inference.training.datasets.registry import PUBLISHED
from inference.training.yolo.export import OUTPUT, SUFFIXES
from inference.training.yolo.recipe import YoloRecipe
from inference.zoo.manifest import Model

MEANING = "(N, 4 + classes, anchors): centre x, centre y, width, height in canvas pixels, then a score for each class"


def draft_entry(recipe: YoloRecipe, folder: Path, metrics: Mapping[str, JsonValue], *, day: date) -> Model:
    """Return the manifest entry of an exported graph.

    Args:
        folder: where the graph and its weights lie.
        day: of the training; it is the version.
    """
    files = [folder / f"{recipe.name}{suffix}" for suffix in SUFFIXES]
    return Model(
        name=recipe.name,
        version=day.strftime("%Y.%m.%d"),
        task="detector",
        files=hash_files(files),
        input=recipe.contract,
        outputs={OUTPUT: {"decoding": "yolov8", "meaning": MEANING}},
        classes=recipe.classes,
        data=[
            {"title": each.title, "source": each.source, "licence": each.licence} for each in PUBLISHED[recipe.dataset]
        ],
        licence=f"AGPL-3.0, as ultralytics {version('ultralytics')} that trained it; and what the data's licence asks",
        metrics=dict(metrics),
    )
