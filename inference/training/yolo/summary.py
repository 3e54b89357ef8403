"""What a training ends with on a terminal: the figures class by class, and those of sources beside them."""

from collections.abc import Mapping
from typing import Any

from inference.training.yolo.figures import MEASURES

HEADINGS = ("", "boxes", "precision", "recall", "mAP50", "mAP50-95", "mAP50 as served")
_LABEL = 24


def summarise(metrics: Mapping[str, Any]) -> list[str]:
    """Return the lines of a table of metrics.json: what ultralytics measures as sources do, then what serves.

    A class that no image of the part shows has no figures.
    """
    published, served = metrics["as_published"], metrics["as_served"]
    rows = [
        _row(label, own["boxes"], published["classes"].get(label, {}), own["map50"])
        for label, own in served["classes"].items()
    ]
    boxes = sum(own["boxes"] for own in served["classes"].values())
    whole = served["map50"]
    return [
        f"{metrics['recipe']} on {metrics['images']} {metrics['part']} images of {metrics['dataset']}:",
        _align(HEADINGS),
        *rows,
        _row("all", boxes, published["all"], whole["value"]),
        f"mAP50 as served {whole['value']:.3f} ({whole['low']:.3f} to {whole['high']:.3f}; {served['interval']})",
        *_sources(metrics),
    ]


def _row(label: str, boxes: int, figures: Mapping[str, float], served: float | None) -> str:
    return _align((label, str(boxes), *(_say(figures.get(measure)) for measure in MEASURES), _say(served)))


def _say(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _align(cells: tuple[str, ...]) -> str:
    numbers = zip(cells[1:], HEADINGS[1:], strict=True)
    return cells[0].ljust(_LABEL) + "".join(cell.rjust(len(heading) + 2) for cell, heading in numbers)


def _sources(metrics: Mapping[str, Any]) -> list[str]:
    figures = ", ".join(f"{measure} {value:.3f}" for measure, value in metrics["published"].items())
    named = f"published, on {metrics['published_on']}: {figures}" if figures else "published: no figure"
    return [f"{named}. {metrics['published_note']}".rstrip()]
