"""What is reported of a trained detector: measured as its source does, by ultralytics; and as it serves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inference.training.boxes import average_precision_50
from inference.training.yolo.class_boxes import ClassBoxes
from inference.training.yolo.dataset import YoloDataset
from inference.training.yolo.engine import load_ultralytics
from inference.training.yolo.map_interval import RESAMPLES, interval_of_map50, mean_average_precision_50
from inference.training.yolo.recipe import YoloRecipe
from inference.training.yolo.served_boxes import FLOOR

MEASURES = ("precision", "recall", "map50", "map50_95")

Figures = dict[str, Any]


def measure_as_published(
    recipe: YoloRecipe, weights: Path, dataset: YoloDataset, folder: Path, *, threads: int
) -> Figures:
    """Return precision and recall (where their F1 is best), mAP50 and mAP50-95 as ultralytics reports them.

    So do the sources: scores from 0.001, suppression at an overlap of 0.7, at most 300 boxes an image.

    Returns:
        `all`, and `classes` by label; a class that no image of the part shows is not in it.
    """
    ultralytics = load_ultralytics(folder / "settings", threads)
    part, _ = dataset.measured
    measured = ultralytics.YOLO(str(weights), task="detect").val(
        data=str(dataset.described),
        split="val" if part == "validation" else part,
        imgsz=recipe.side_px,
        batch=recipe.batch,
        workers=0,
        plots=False,
        verbose=False,
        save_dir=str((folder / "validation").resolve()),
    )
    return {
        "all": _round(measured.box.mean_results()),
        "classes": {
            recipe.classes[int(number)]: _round(measured.box.class_result(place))
            for place, number in enumerate(measured.box.ap_class_index)
        },
    }


def measure_as_served(classes: Sequence[ClassBoxes], seed: int) -> Figures:
    """Return mAP50 of the exported graph and the node's own decoding, over all images of the part.

    Raises:
        ValueError: no image of the part has an annotated box.
    """
    low, high = interval_of_map50(classes, seed=seed)
    numbers = {"value": mean_average_precision_50(classes), "low": low, "high": high}
    return {
        "map50": {name: round(number, 4) for name, number in numbers.items()},
        "classes": {each.label: _of_class(each) for each in classes},
        "interval": f"95 % percentile bootstrap over images, {RESAMPLES} draws, seed {seed}",
        "scores_from": FLOOR,
    }


def _of_class(boxes: ClassBoxes) -> Figures:
    found = average_precision_50(boxes.detections, [list(each) for each in boxes.truth]) if boxes.wanted else None
    return {"boxes": boxes.wanted, "map50": None if found is None else round(found, 4)}


def _round(results: Sequence[float]) -> Mapping[str, float]:
    return {measure: round(float(value), 4) for measure, value in zip(MEASURES, results, strict=True)}
