"""The table at the end of a training."""

from typing import Any

from inference.training.yolo.summary import summarise

METRICS: dict[str, Any] = {
    "recipe": "small",
    "dataset": "grazpedwri",
    "part": "test",
    "images": 20,
    "as_published": {
        "all": {"precision": 0.5, "recall": 0.25, "map50": 0.4, "map50_95": 0.2},
        "classes": {"fracture": {"precision": 0.5, "recall": 0.25, "map50": 0.4, "map50_95": 0.2}},
    },
    "as_served": {
        "map50": {"value": 0.35, "low": 0.3, "high": 0.42},
        "classes": {"fracture": {"boxes": 12, "map50": 0.35}, "text": {"boxes": 0, "map50": None}},
        "interval": "a bootstrap",
    },
    "published": {"map50": 0.604},
    "published_on": "spinexr",
    "published_note": "On another split.",
}


def cells(line: str) -> list[str]:
    return line.split()


def test_each_class_has_its_row_below_the_headings() -> None:
    first, headings, fracture, *_ = summarise(METRICS)
    assert first == "small on 20 test images of grazpedwri:"
    assert headings.index("mAP50-95") + len("mAP50-95") == fracture.index("0.200") + len("0.200")
    assert cells(fracture) == ["fracture", "12", "0.500", "0.250", "0.400", "0.200", "0.350"]


def test_a_class_that_is_not_there_has_no_figures() -> None:
    assert cells(summarise(METRICS)[3]) == ["text", "0", "-", "-", "-", "-", "-"]


def test_all_classes_come_last_then_the_interval_and_the_sources() -> None:
    *_, whole, interval, sources = summarise(METRICS)
    assert cells(whole) == ["all", "12", "0.500", "0.250", "0.400", "0.200", "0.350"]
    assert interval == "mAP50 as served 0.350 (0.300 to 0.420; a bootstrap)"
    assert sources == "published, on spinexr: map50 0.604. On another split."


def test_a_source_without_figures_is_said_to_have_none() -> None:
    without = METRICS | {"published": {}, "published_note": ""}
    assert summarise(without)[-1] == "published: no figure."
