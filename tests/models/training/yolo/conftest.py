"""Two small detectors, trained once for all tests: wrists, stopped after one of two epochs and gone on; spines."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from inference.training.recipe_book import load_book
from inference.training.yolo.recipe import YoloRecipe
from inference.training.yolo.run import train_yolo
from tests.fakes.dataset_trees import write_grazpedwri, write_spinexr

#: Small enough for a test; everything else is as it ships.
SMALL = {"side_px": 64, "batch": 4, "model": "yolov8n"}


class Stopped(Exception):
    """Somebody stopped the training."""


@dataclass(frozen=True)
class Run:
    recipe: YoloRecipe
    data: Path
    folder: Path
    entry: Path
    said: list[str]


def shrink(name: str) -> YoloRecipe:
    recipe = load_book()[name]
    assert isinstance(recipe, YoloRecipe)
    return YoloRecipe.model_validate(recipe.model_dump() | SMALL)


@pytest.fixture(scope="session")
def wrists(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Nine classes at two epochs: the first call is stopped after one, the second goes on."""
    folder, recipe = tmp_path_factory.mktemp("wrists"), shrink("yolov8-grazpedwri")
    data = write_grazpedwri(folder / "data", patients=8)
    said: list[str] = []

    def stop_after_an_epoch(line: str) -> None:
        said.append(line)
        if line.startswith("epoch 1 of 2 of validation"):
            raise Stopped

    with pytest.raises(Stopped):
        train_yolo(recipe, data, folder / "run", weights="random", epochs=2, report=stop_after_an_epoch)
    entry = train_yolo(recipe, data, folder / "run", weights="random", epochs=2, report=said.append)
    return Run(recipe, data, folder / "run", entry, said)


@pytest.fixture(scope="session")
def spines(wrists: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Seven classes from DICOM, one epoch, from the weights of the wrists."""
    folder, recipe = tmp_path_factory.mktemp("spines"), shrink("yolov8-spinexr")
    data = write_spinexr(folder / "data", studies=6)
    said: list[str] = []
    weights = wrists.folder / "training" / "weights" / "best.pt"
    entry = train_yolo(recipe, data, folder / "run", weights=weights, epochs=1, report=said.append)
    return Run(recipe, data, folder / "run", entry, said)
