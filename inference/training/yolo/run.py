"""From a dataset's folder to a detector that serves: the steps of one YOLO recipe in order."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from pydantic import JsonValue

from domain.errors import ModelError
from inference.training.yolo.confusion import count_confusions
from inference.training.yolo.dataset import YoloDataset, build_dataset
from inference.training.yolo.entry import draft_entry
from inference.training.yolo.export import export_network
from inference.training.yolo.figures import measure_as_published, measure_as_served
from inference.training.yolo.pictures import draw_confusion, draw_curves
from inference.training.yolo.recipe import YoloRecipe
from inference.training.yolo.served_boxes import find_boxes, read_canvases
from inference.training.yolo.summary import summarise
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
    metrics = _measure(recipe, dataset, best, folder, threads) | _say_origin(recipe, weights, epochs)
    for line in summarise(metrics):
        report(line)
    return _write_json(folder / "entry.json", _draft(recipe, folder, metrics))


def evaluate_yolo(
    recipe: YoloRecipe, data: Path, folder: Path, *, threads: int = 1, report: Callable[[str], None] = print
) -> Mapping[str, JsonValue]:
    """Measure what `train_yolo` left in a folder again, and return what stands in metrics.json then.

    Args:
        recipe: of the book; it is taken as it is for the dataset that the run names.

    Raises:
        ModelError: the folder holds no finished run.
        FileNotFoundError, ValueError: the dataset is not as its authors publish it.
    """
    best = folder / "training" / "weights" / "best.pt"
    if not (folder / "metrics.json").is_file() or not best.is_file():
        raise ModelError(f"{folder} holds no finished run: osteonode models train makes one")
    before: dict[str, JsonValue] = json.loads((folder / "metrics.json").read_text())
    recipe = recipe.on(str(before["dataset"]))
    dataset = build_dataset(recipe, data, folder, threads=threads, report=report)
    metrics = before | _measure(recipe, dataset, best, folder, threads) | _say_sources(recipe)
    for line in summarise(metrics):
        report(line)
    return metrics


def _measure(recipe: YoloRecipe, dataset: YoloDataset, best: Path, folder: Path, threads: int) -> dict[str, JsonValue]:
    """Export the best weights, measure what was exported, and draw the pictures."""
    part, images = dataset.measured
    graph = export_network(recipe, best, folder, read_canvases(images[:PARITY_IMAGES]))
    classes = find_boxes(graph, images, recipe.classes)
    draw_curves(folder / "training" / "results.csv", folder / "curves.png", recipe.name)
    draw_confusion(count_confusions(classes), recipe.classes, folder / "confusion.png", f"{recipe.name}, {part}")
    return {
        "part": part,
        "images": len(images),
        "as_published": measure_as_published(recipe, best, dataset, folder / "training", threads=threads),
        "as_served": measure_as_served(classes, recipe.seed),
    }


def _draft(recipe: YoloRecipe, folder: Path, metrics: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    _write_json(folder / "metrics.json", metrics)
    entry = draft_entry(recipe, folder, metrics, day=datetime.now(UTC).date())
    content: dict[str, JsonValue] = entry.model_dump(mode="json", exclude_none=True)
    return content


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
        **_say_sources(recipe),
    }


def _say_sources(recipe: YoloRecipe) -> dict[str, JsonValue]:
    return {
        "published": dict(recipe.published),
        "published_on": recipe.source_dataset,
        "published_note": recipe.published_note,
    }


def _write_json(path: Path, content: Mapping[str, JsonValue]) -> Path:
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path
