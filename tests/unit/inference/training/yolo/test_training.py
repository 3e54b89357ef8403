"""What training says before it asks for a framework."""

import tomllib
from pathlib import Path

import pytest

from domain.errors import ModelUnavailable
from inference.training.datasets.labelled import Splits
from inference.training.yolo.dataset import YoloDataset
from inference.training.yolo.recipe import YoloRecipe
from inference.training.yolo.training import train_network

RECIPE = Path(__file__).parents[5] / "inference" / "training" / "recipe_files" / "yolov8-grazpedwri-s.toml"


def test_imagenet_weights_are_told_not_to_exist_and_what_to_take_instead(tmp_path: Path) -> None:
    recipe = YoloRecipe.model_validate(tomllib.loads(RECIPE.read_text()))
    dataset = YoloDataset(Splits((), (), ()), tmp_path / "data.yaml")
    with pytest.raises(ModelUnavailable, match=r"--weights yolov8s\.pt; or --weights random"):
        train_network(recipe, dataset, tmp_path, weights="imagenet", epochs=1, threads=1, report=print)
    assert list(tmp_path.iterdir()) == []
