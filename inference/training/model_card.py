"""The measured part of docs/model-card.md and its pictures, written from one evaluation, never by hand."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from inference.training.estimate import Estimate
from inference.training.evaluation import (
    ReadExample,
    box_average_precision,
    measure_fracture,
    measure_regions,
    region_accuracy,
    state_counts,
)
from inference.training.marked_text import replace_marked
from inference.zoo import Precision

#: The part of the card for each version, and the picture of its curves.
MARKS: Mapping[Precision, str] = {"f32": "measured", "bf16": "measured-bf16", "int8": "measured-int8"}
PICTURES: Mapping[Precision, str] = {
    "f32": "model-curves.png",
    "bf16": "model-curves-bf16.png",
    "int8": "model-curves-int8.png",
}


def update_model_card(
    card: Path, examples: list[ReadExample], *, bundle: str, split: str, precision: Precision = "f32"
) -> None:
    """Replace what stands between the version's marks of the card, and draw its picture beside it in `pictures/`."""
    replace_marked(card, MARKS[precision], measured_section(examples, bundle=bundle, split=split))
    (card.parent / "pictures").mkdir(exist_ok=True)
    draw_curves(examples).savefig(card.parent / "pictures" / PICTURES[precision], dpi=110)


def measured_section(examples: list[ReadExample], *, bundle: str, split: str) -> str:
    """Return the tables in Markdown; intervals are 95 % bootstrap intervals over images."""
    fractured = sum(example.fractured for example in examples)
    lines = [
        f"Bundle `{bundle}`, FracAtlas {split} split, {len(examples)} images, {fractured} with a fracture. "
        "95 % bootstrap intervals over images (2000 resamples, seed 0).",
        "",
        f"- Region accuracy on images of one region: {region_accuracy(examples)}",
        f"- Box mAP50 over all images: {box_average_precision(examples)}",
        "",
        *_measures_table({"all": measure_fracture(examples)} | measure_regions(examples)),
        "",
        *_states_table(state_counts(examples)),
        "",
    ]
    return "\n".join(lines)


def _measures_table(rows: dict[str, dict[str, Estimate]]) -> list[str]:
    names = list(next(iter(rows.values())))
    head = [
        "| images | " + " | ".join(name.replace("_", " ") for name in names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    return head + [
        f"| {row} | " + " | ".join(str(values[name]) for name in names) + " |" for row, values in rows.items()
    ]


def _states_table(counts: dict[str, dict[str, int]]) -> list[str]:
    names = list(counts["fractured"])
    head = ["| label | " + " | ".join(name.replace("_", " ") for name in names) + " |", "|---" * (len(names) + 1) + "|"]
    return head + [
        f"| {kind} | " + " | ".join(str(each[name]) for name in names) + " |" for kind, each in counts.items()
    ]


def draw_curves(examples: list[ReadExample]) -> Figure:
    """Return the receiver operating characteristic and the reliability diagram side by side."""
    labels = np.array([example.fractured for example in examples])
    probabilities = np.array([example.probability for example in examples])
    figure = Figure(figsize=(9, 4), layout="constrained")
    roc, reliability = figure.subplots(1, 2)
    roc.plot(*roc_curve(labels, probabilities)[:2], color="#0b6e4f")
    roc.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=0.8)
    roc.set(xlabel="1 - specificity", ylabel="sensitivity", title="Fracture, image level")
    edges = np.quantile(probabilities, np.linspace(0, 1, 9))
    place = np.clip(np.searchsorted(edges, probabilities, side="right") - 1, 0, 7)
    means = [(probabilities[place == i].mean(), labels[place == i].mean()) for i in range(8) if (place == i).any()]
    reliability.plot(*zip(*means, strict=True), "o-", color="#0b6e4f")
    reliability.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=0.8)
    reliability.set(xlabel="probability said", ylabel="share fractured", title="Reliability, eighths of the images")
    return figure
