"""Recipes of YOLO detectors: the files that ship, and what is refused."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from inference.training.datasets.registry import BOX_CLASSES, READERS
from inference.training.yolo.recipe import YoloRecipe

FILES = sorted((Path(__file__).parents[5] / "inference" / "training" / "recipe_files").glob("yolov8-*.toml"))

SMALL: dict[str, Any] = {
    "engine": "yolo",
    "name": "small",
    "about": "For a test.",
    "dataset": "grazpedwri",
    "classes": ["fracture", "text"],
    "shares": {"training": 0.5, "validation": 0.25, "test": 0.25},
    "model": "yolov8n",
    "side_px": 64,
    "preprocess": ["stretch_contrast", "letterbox"],
    "epochs": 1,
    "elsewhere": {"fracatlas": {"classes": ["fracture"]}},
    "age_years": [3, 9],
    "published": {"map50": 0.6},
}


def read(path: Path) -> YoloRecipe:
    return YoloRecipe.model_validate(tomllib.loads(path.read_text()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_recipe_is_named_as_its_file_and_its_dataset_has_all_its_classes(path: Path) -> None:
    recipe = read(path)
    assert recipe.name == path.stem
    assert recipe.dataset in READERS
    assert set(recipe.classes) <= set(BOX_CLASSES[recipe.dataset])


def test_the_wrist_is_read_by_four_sizes_at_640_pixels_with_nine_classes() -> None:
    wrists = [read(path) for path in FILES if path.stem.startswith("yolov8-grazpedwri")]
    assert {recipe.model for recipe in wrists} == {"yolov8n", "yolov8s", "yolov8m", "yolov8l"}
    assert {(recipe.side_px, recipe.classes) for recipe in wrists} == {(640, BOX_CLASSES["grazpedwri"])}


def test_the_spine_is_equalised_before_its_seven_lesions_are_looked_for() -> None:
    recipe = read(next(path for path in FILES if path.stem == "yolov8-spinexr"))
    assert recipe.preprocess == ("clahe", "letterbox")
    assert recipe.classes == BOX_CLASSES["spinexr"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"epoch": 3}, "Extra inputs"),
        ({"side_px": 650}, "multiple of 32"),
        ({"preprocess": ["letterbox", "clahe"]}, "letterbox"),
        ({"preprocess": ["clahe", "stretch"]}, "boxes keep their shape"),
        ({"classes": ["text", "text"]}, "nothing twice"),
        ({"age_years": [9, 3]}, "youngest"),
        ({"shares": {"training": 0.5, "validation": 0.25, "test": 0.5}}, "add up to 1"),
        ({"shares": {"training": 0.5, "validation": 0.0, "test": 0.5}}, "validate with"),
        ({"model": "yolov9n"}, "pattern"),
    ],
)
def test_a_recipe_that_cannot_be_trained_is_refused_by_name(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        YoloRecipe.model_validate(SMALL | change)


def test_a_canvas_of_64_pixels_has_84_anchors() -> None:
    assert YoloRecipe.model_validate(SMALL).anchors == 64 + 16 + 4


def test_ages_that_another_dataset_does_not_tell_are_not_asked_for() -> None:
    moved = YoloRecipe.model_validate(SMALL).on("fracatlas")
    assert (moved.dataset, moved.classes, moved.shares) == ("fracatlas", ("fracture",), "published")
    assert moved.age_years is None


def test_a_recipe_names_its_classes_on_another_dataset_too() -> None:
    with pytest.raises(ValidationError, match="classes"):
        YoloRecipe.model_validate(SMALL | {"elsewhere": {"fracatlas": {}}})
