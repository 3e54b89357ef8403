"""Pictures of a training: curves over epochs, and which class is taken for which."""

import csv
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from inference.training.yolo.confusion import NOTHING, Counts

#: Titles of the curves, and the columns of results.csv that each shows.
CURVES: Mapping[str, tuple[str, ...]] = {
    "Loss of boxes": ("train/box_loss", "val/box_loss"),
    "Loss of classes": ("train/cls_loss", "val/cls_loss"),
    "Loss of edges (DFL)": ("train/dfl_loss", "val/dfl_loss"),
    "Validation": ("metrics/precision(B)", "metrics/recall(B)", "metrics/mAP50(B)", "metrics/mAP50-95(B)"),
}


def draw_curves(results: Path, target: Path, title: str) -> None:
    """Draw the columns of a results.csv of ultralytics, over epochs, as PNG.

    Raises:
        ValueError: there is no whole epoch in it, or it lacks a column.
    """
    columns = read_results(results)
    figure, axes = _new_figure(2, 2, (10.0, 7.0))
    for axis, (heading, names) in zip(axes.ravel(), CURVES.items(), strict=True):
        for name in names:
            axis.plot(columns["epoch"], columns[name], marker=".", label=_plain(name))
        axis.set_title(heading)
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.suptitle(title)
    figure.savefig(target, dpi=100)


def read_results(path: Path) -> dict[str, list[float]]:
    """Return the columns of a results.csv that are drawn, and the epochs.

    Raises:
        ValueError: there is no whole epoch in it, or it lacks a column.
    """
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    wanted = ["epoch", *(name for names in CURVES.values() for name in names)]
    lacking = [name for name in wanted if not rows or name not in rows[0]]
    if lacking:
        raise ValueError(f"{path} has no epoch, or lacks {', '.join(lacking)}")
    return {name: [float(row[name]) for row in rows] for name in wanted}


def draw_confusion(counts: Counts, labels: Sequence[str], target: Path, title: str) -> None:
    """Draw a matrix of `count_confusions` as PNG: darker is a larger share of its row, the number is the count."""
    names = [*labels, NOTHING]
    side = max(4.0, 0.7 * len(names) + 2.0)
    figure, axes = _new_figure(1, 1, (side + 1.0, side))
    axis = axes[0][0]
    shares = counts / counts.sum(axis=1, keepdims=True).clip(min=1)
    axis.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for row, column in ((row, column) for row in range(len(names)) for column in range(len(names))):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axis.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour)
    axis.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.set_xlabel("found")
    axis.set_ylabel("annotated")
    axis.set_title(title)
    figure.savefig(target, dpi=100)


def _new_figure(rows: int, columns: int, size_inches: tuple[float, float]) -> tuple[Any, Any]:
    # Not pyplot: it would ask for a display, and keep every figure.
    figure = import_module("matplotlib.figure").Figure(figsize=size_inches, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def _plain(column: str) -> str:
    kind, name = column.split("/")
    return name.removesuffix("(B)") if kind == "metrics" else {"train": "training", "val": "validation"}[kind]
