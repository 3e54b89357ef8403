"""ultralytics at work on one recipe: new, from somebody's weights, or on from where an earlier run was stopped."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from domain.errors import ModelError, ModelUnavailable
from inference.backends.ultralytics import load_checkpoint
from inference.training.yolo.dataset import Report, YoloDataset
from inference.training.yolo.engine import load_ultralytics
from inference.training.yolo.progress import Progress
from inference.training.yolo.recipe import Augmentation, YoloRecipe

Weights = Path | Literal["random", "imagenet"]

NO_IMAGENET = (
    "there are no ImageNet weights of YOLOv8: its makers start from COCO. Download {name}.pt from "
    "https://github.com/ultralytics/assets/releases on a machine with a network (AGPL-3.0), then "
    "--weights {name}.pt; or --weights random, which needs many more epochs"
)


def train_network(
    recipe: YoloRecipe,
    dataset: YoloDataset,
    folder: Path,
    *,
    weights: Weights,
    epochs: int,
    threads: int,
    report: Report,
) -> Path:
    """Train, and return the weights (`.pt`) of the epoch that validation found best.

    Args:
        folder: of the run: weights/, results.csv. A second call goes on after the last whole epoch, or, where all are
            done, does nothing.
        weights: random, or a `.pt` to start from. What does not fit, such as the layer of classes, starts at random.

    Raises:
        ModelUnavailable: ultralytics is not installed, or ImageNet weights were asked for, which do not exist.
        ModelError: the file of weights is no YOLO model, or would run code of its own; or an earlier run is torn.
        ValueError: an earlier run in this folder was made for another number of epochs.
    """
    if weights == "imagenet":
        raise ModelUnavailable(NO_IMAGENET.format(name=recipe.model))
    load_ultralytics(folder / "settings", threads)
    last = folder / "weights" / "last.pt"
    done = _epochs_done(last, epochs)
    if done is None:
        report(f"{recipe.name}: already trained for {epochs} epochs")
        return folder / "weights" / "best.pt"
    trainer = _make_trainer(_arguments(recipe, dataset, folder, epochs) | ({"resume": str(last)} if done else {}))
    if not done and weights != "random":
        trainer.model = trainer.get_model(cfg=_architecture(recipe), weights=_load_network(Path(weights)))
    for event, callback in Progress(report).callbacks.items():
        trainer.add_callback(event, callback)
    report(f"{recipe.name}: {f'goes on after epoch {done} of {epochs}' if done else f'{epochs} epochs'}")
    trainer.train()
    return folder / "weights" / "best.pt"


def _load_network(weights: Path) -> Any:
    checkpoint = load_checkpoint(weights, subject=weights.name)
    return (checkpoint.get("ema") or checkpoint["model"]).float()


def _epochs_done(last: Path, epochs: int) -> int | None:
    """Return how many epochs an earlier run has done, 0 without one, None where it has done all of them."""
    if not last.is_file():
        return 0
    try:
        checkpoint = load_checkpoint(last, subject=last.name)
    except ModelError as error:
        raise ModelError(f"{last} cannot be read: a run may have ended while it was written; remove it") from error
    planned = int(checkpoint["train_args"]["epochs"])
    if planned != epochs:
        raise ValueError(f"{last} is of a run of {planned} epochs, not {epochs}; name another folder, or remove it")
    # ultralytics takes the optimiser out of a run that is whole, and sets its epoch to -1.
    return None if checkpoint["epoch"] < 0 else int(checkpoint["epoch"]) + 1


def _make_trainer(arguments: Mapping[str, Any]) -> Any:
    return import_module("ultralytics.models.yolo.detect").DetectionTrainer(overrides=dict(arguments))


def _architecture(recipe: YoloRecipe) -> str:
    """Return the name of the network's description, which ultralytics brings along."""
    return f"{recipe.model}.yaml"


def _arguments(recipe: YoloRecipe, dataset: YoloDataset, folder: Path, epochs: int) -> dict[str, Any]:
    has_gpu = import_module("torch").cuda.is_available()
    return {
        "model": _architecture(recipe),
        "data": str(dataset.described),
        "save_dir": str(folder.resolve()),
        "epochs": epochs,
        "imgsz": recipe.side_px,
        "batch": recipe.batch,
        "nbs": recipe.images_per_step,
        "optimizer": recipe.optimiser,
        "lr0": recipe.rate,
        "warmup_epochs": recipe.warmup_epochs,
        "seed": recipe.seed,
        "patience": 0,  # all epochs, however they go
        "device": "0" if has_gpu else "cpu",
        # True would download a network to check half precision with; bf16 is not checked, and needs no check.
        "amp": "bf16" if has_gpu else False,
        "pretrained": False,
        "plots": False,
        "verbose": False,
        "exist_ok": True,
        **_augmentation(recipe.augmentation),
    }


def _augmentation(ranges: Augmentation) -> dict[str, float]:
    return {
        "hsv_h": 0.0,
        "hsv_s": 0.0,
        "hsv_v": ranges.brightness,
        "degrees": ranges.rotation_degrees,
        "translate": ranges.translation,
        "scale": ranges.scale,
        "fliplr": ranges.flip_left_right,
        "mosaic": ranges.mosaic,
        "close_mosaic": ranges.plain_epochs,
    }
