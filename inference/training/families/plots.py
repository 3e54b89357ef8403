"""The pictures of a run: losses over the epochs, and who was taken for whom."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from inference.training.families.progress import Epoch
from inference.training.families.scores import Table

#: Longest class name that stands beside a matrix without being cut.
NAME_LENGTH = 22


def draw_curves(path: Path, histories: Mapping[str, Sequence[Epoch]]) -> None:
    """Draw the losses of every part over all its epochs; a dotted line is the start of a stage."""
    figure, axes = _lay_out(len(histories), 4.6, 3.4)
    for axis, (name, history) in zip(axes, histories.items(), strict=False):
        epochs = range(1, len(history) + 1)
        axis.plot(epochs, [epoch["loss"] for epoch in history], marker="o", label="training")
        if all("val_loss" in epoch for epoch in history):
            axis.plot(epochs, [epoch["val_loss"] for epoch in history], marker="s", label="validation")
        for number, (before, after) in enumerate(pairwise(history), start=1):
            if before["stage"] != after["stage"]:
                axis.axvline(number + 0.5, color="grey", linestyle=":")
        axis.set(title=name, xlabel="epoch", ylabel="loss")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.3)
        axis.legend()
    _save(figure, path)


def draw_confusion(path: Path, tables: Mapping[str, Table]) -> None:
    """Draw the confusion matrix of every table that has one: counts, shaded by the share of their row."""
    shown = {name: table for name, table in tables.items() if table.confusion is not None}
    if not shown:
        return
    side = max(4.0, 1.6 + 0.62 * max(len(table.classes) for table in shown.values()))
    figure, axes = _lay_out(len(shown), side + 0.8, side)
    for axis, (name, table) in zip(axes, shown.items(), strict=False):
        _draw_matrix(axis, name, table)
    _save(figure, path)


def _draw_matrix(axis: Axes, name: str, table: Table) -> None:
    assert table.confusion is not None
    rows = np.maximum(table.confusion.sum(axis=1, keepdims=True), 1)
    shares = table.confusion / rows
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*shares.shape):
        colour = "white" if shares[row, column] > 0.55 else "black"
        axis.text(column, row, str(table.confusion[row, column]), ha="center", va="center", color=colour)
    names = [label if len(label) <= NAME_LENGTH else f"{label[: NAME_LENGTH - 1]}…" for label in table.classes]
    axis.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.set(title=f"{name}: {table.images} images", xlabel="said", ylabel="true")


def _lay_out(count: int, width_inches: float, height_inches: float) -> tuple[Figure, list[Axes]]:
    columns = min(count, 3)
    rows = ceil(count / columns)
    # Without pyplot: no window system is looked for, and no figure outlives its file.
    figure = Figure(figsize=(width_inches * columns, height_inches * rows))
    axes = list(figure.subplots(rows, columns, squeeze=False).ravel())
    for unused in axes[count:]:
        unused.remove()
    return figure, axes[:count]


def _save(figure: Figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=130)
