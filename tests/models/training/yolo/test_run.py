"""From a published folder to a graph that serves, on generated trees: stopped, gone on, measured, drawn, exported."""

import csv
import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
import pytest

from domain.errors import ModelError
from inference.training.datasets.registry import BOX_CLASSES
from inference.training.yolo.run import evaluate_yolo, train_yolo
from inference.zoo.manifest import Model
from tests.models.training.yolo.conftest import Run

if find_spec("ultralytics") is None:  # loading it here would look for a network
    pytest.skip("needs the extra `models`", allow_module_level=True)


def read_epochs(run: Run) -> list[int]:
    with (run.folder / "training" / "results.csv").open(newline="") as file:
        return [int(row["epoch"]) for row in csv.DictReader(file)]


def test_a_stopped_training_goes_on_after_its_last_whole_epoch(wrists: Run) -> None:
    assert read_epochs(wrists) == [1, 2]
    assert "yolov8-grazpedwri: goes on after epoch 1 of 2" in wrists.said
    assert [line.split(" of validation")[0] for line in wrists.said if " of validation" in line] == [
        "epoch 1 of 2",
        "epoch 2 of 2",
    ]


def test_a_finished_training_is_not_done_again(wrists: Run) -> None:
    best = wrists.folder / "training" / "weights" / "best.pt"
    said: list[str] = []
    before = hashlib.sha256(best.read_bytes()).hexdigest()
    train_yolo(wrists.recipe, wrists.data, wrists.folder, weights="random", epochs=2, report=said.append)
    assert "yolov8-grazpedwri: already trained for 2 epochs" in said
    assert not [line for line in said if "batch" in line]
    assert hashlib.sha256(best.read_bytes()).hexdigest() == before


def test_another_number_of_epochs_needs_another_folder(wrists: Run) -> None:
    with pytest.raises(ValueError, match="a run of 2 epochs, not 3; name another folder"):
        train_yolo(wrists.recipe, wrists.data, wrists.folder, weights="random", epochs=3, report=lambda line: None)


@pytest.mark.parametrize("which", ["wrists", "spines"])
def test_the_draft_is_a_manifest_entry_of_the_files_beside_it(which: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(which)
    entry = Model.model_validate_json(run.entry.read_text())
    assert (entry.task, entry.classes) == ("detector", BOX_CLASSES[run.recipe.dataset])
    assert entry.input == run.recipe.contract
    for name, sha256 in entry.files.items():
        assert hashlib.sha256((run.folder / name).read_bytes()).hexdigest() == sha256


def test_spines_are_equalised_and_measured_on_the_authors_test_part(spines: Run) -> None:
    metrics = json.loads((spines.folder / "metrics.json").read_text())
    assert Model.model_validate_json(spines.entry.read_text()).input.preprocess == ("clahe", "letterbox")
    assert (metrics["part"], metrics["images"], metrics["first_weights"]) == ("test", 6, "best.pt")
    assert metrics["as_served"]["classes"]["Osteophytes"]["boxes"] > 0


def test_figures_stand_with_their_interval_and_those_of_the_source(spines: Run) -> None:
    metrics = json.loads((spines.folder / "metrics.json").read_text())
    own = metrics["as_served"]["map50"]
    assert own["low"] <= own["value"] <= own["high"]
    assert set(metrics["as_published"]["all"]) == {"precision", "recall", "map50", "map50_95"}
    assert metrics["published"] == {"map50": 0.3356}
    assert spines.said[-1].startswith("published, on spinexr: map50 0.336. The detector of the dataset's authors")


@pytest.mark.parametrize("name", ["curves.png", "confusion.png"])
def test_curves_and_confusions_are_pictures_with_something_on_them(wrists: Run, name: str) -> None:
    picture = cv2.imread(str(wrists.folder / name))
    assert min(picture.shape[:2]) >= 400
    assert np.ptp(picture) == 255


def test_the_graph_takes_any_batch_and_answers_by_name(wrists: Run) -> None:
    compiled = ov.Core().compile_model(wrists.folder / "yolov8-grazpedwri.xml", "CPU")
    images = np.random.default_rng(0).random((3, 3, 64, 64), dtype=np.float32)
    assert compiled({"image": images})["yolo"].shape == (3, 4 + 9, 84)


def test_a_run_is_measured_again_by_its_exported_graph(wrists: Run) -> None:
    before = json.loads((wrists.folder / "metrics.json").read_text())
    said: list[str] = []
    found = evaluate_yolo(wrists.recipe, wrists.data, wrists.folder, report=said.append)
    assert found == before
    assert [line for line in said if "mAP50 as served" in line]


def test_where_nothing_was_trained_the_command_that_trains_is_named(wrists: Run, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="osteonode models train"):
        evaluate_yolo(wrists.recipe, wrists.data, tmp_path)
