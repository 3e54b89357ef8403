"""From a dataset's folder to a detector that serves: the steps of one YOLO recipe in order."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import JsonValue

from inference.training.yolo.confusion import count_confusions
from inference.training.yolo.dataset import YoloDataset, build_dataset
from inference.training.yolo.entry import draft_entry
from inference.training.yolo.export import export_network
from inference.training.yolo.figures import measure_as_published, measure_as_served
from inference.training.yolo.pictures import draw_confusion, draw_curves
from inference.training.yolo.recipe import YoloRecipe
from inference.training.yolo.served_boxes import find_boxes, read_canvases
from inference.training.yolo.training import Weights, train_network

#: Images that the agreement of the exported graph is proved on.
PARITY_IMAGES = 4


def train_yolo(
    recipe: YoloRecipe,
    data: Path,
    folder: Path,
    *,
    weights: Weights,
    epochs: int | None = None,
    threads: int = 1,
    report: Callable[[str], None] = print,
) -> Path:
    """Train a recipe on its dataset and return `entry.json`, the draft of its manifest entry.

    Beside it lie metrics.json, curves.png, confusion.png, and the graph (`<name>.xml`, `.bin`); training/ holds what
    ultralytics wrote, canvases/ and layout/ the dataset as it saw it. A second call goes on where the first ended.

    Args:
        data: the dataset's folder, in its authors' layout.
        folder: of the run, made where there is none.
        weights: random, or a `.pt` file; imagenet says what to do instead.
        epochs: instead of the recipe's.
        report: takes each line of progress.

    Raises:
        FileNotFoundError, ValueError: the dataset is not as its authors publish it, or the exported graph does not
            agree with the network.
        ModelUnavailable: ultralytics is not installed, or there are no such weights.
        ModelError: the file of weights is no YOLO model.
    """
    folder.mkdir(parents=True, exist_ok=True)
    epochs = recipe.epochs if epochs is None else epochs
    dataset = build_dataset(recipe, data, folder, threads=threads, report=report)
    best = train_network(
        recipe, dataset, folder / "training", weights=weights, epochs=epochs, threads=threads, report=report
    )
    report(f"{recipe.name}: export and figures")
    origin = _say_origin(recipe, weights, epochs)
    return _finish(recipe, dataset, best, folder, origin, threads)


def _finish(
    recipe: YoloRecipe,
    dataset: YoloDataset,
    best: Path,
    folder: Path,
    origin: Mapping[str, JsonValue],
    threads: int,
) -> Path:
    part, images = dataset.measured
    files = export_network(recipe, best, folder, read_canvases(images[:PARITY_IMAGES]))
    classes = find_boxes(folder / files[0], images, recipe.classes)
    metrics: dict[str, JsonValue] = {
        **origin,
        "part": part,
        "images": len(images),
        "as_published": measure_as_published(recipe, best, dataset, folder / "training", threads=threads),
        "as_served": measure_as_served(classes, recipe.seed),
        "published": dict(recipe.published),
        "published_note": recipe.published_note,
    }
    _write_json(folder / "metrics.json", metrics)
    draw_curves(folder / "training" / "results.csv", folder / "curves.png", recipe.name)
    draw_confusion(count_confusions(classes), recipe.classes, folder / "confusion.png", f"{recipe.name}, {part}")
    entry = draft_entry(recipe, folder, files, metrics, day=datetime.now(UTC).date())
    return _write_json(folder / "entry.json", entry.model_dump(mode="json", exclude_none=True))


def _say_origin(recipe: YoloRecipe, weights: Weights, epochs: int) -> dict[str, JsonValue]:
    """Return what figures are worth nothing without."""
    return {
        "recipe": recipe.name,
        "dataset": recipe.dataset,
        "shares": recipe.shares if isinstance(recipe.shares, str) else recipe.shares.model_dump(),
        "seed": recipe.seed,
        "epochs": epochs,
        "first_weights": weights if isinstance(weights, str) else weights.name,
        "ultralytics": version("ultralytics"),
    }


def _write_json(path: Path, content: Mapping[str, JsonValue]) -> Path:
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path
