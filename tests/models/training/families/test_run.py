import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")
pytest.importorskip("lightgbm", reason="needs the extra `models`")

from domain.errors import InputError, ModelError
from inference.backends.lightgbm import LightGbmBackend
from inference.backends.openvino import OpenVinoBackend
from inference.training.families.material import load_material
from inference.training.families.pixels import to_input
from inference.zoo import load_model
from inference.zoo.manifest import Model
from tests.fakes.tiny_runs import TinyRun, silent, tiny, train

# Keras hands its variables to h5py in a way that NumPy 2 is going to refuse.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

#: Hierarchies with fewer regions than they have, since each is a network more.
HIERARCHY = {"classes": ("hand", "leg"), "epochs": 1}
RUNS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "resnet50-hierarchical": ("mura", {"classes": ("elbow", "hand"), "epochs": 1}),
    "efficientnetb1-hierarchical": ("fracatlas", {**HIERARCHY, "refuse_below": 0.55}),
    "efficientnetb5-multilabel": (None, {"epochs": 2}),
    "efficientnetb6-types": (None, {"epochs": 1}),
    "inceptionv3-spinexr": (None, {"epochs": 1}),
    "vgg16-cnn": ("fracatlas", {"epochs": 2}),
    "resnet50-pca": (None, {"components": 8}),
    "vgg16-lightgbm": ("fracatlas", {"trees": 5}),
}
Trained = Callable[..., TinyRun]


@pytest.fixture(params=RUNS)
def run(request: pytest.FixtureRequest, trained: Trained) -> TinyRun:
    dataset, changes = RUNS[request.param]
    return trained(request.param, dataset, **changes)


def test_a_run_leaves_metrics_pictures_and_a_manifest_entry_for_each_model(run: TinyRun) -> None:
    metrics = json.loads((run.folder / "metrics.json").read_text())
    assert metrics["tables"]
    for table in metrics["tables"].values():
        for measure in table["measures"].values():
            assert measure["low"] <= measure["value"] <= measure["high"]
    if run.recipe.engine == "keras":
        assert cv2.imread(str(run.folder / "curves.png")).shape[0] > 300
    if run.recipe.target != "multilabel":
        assert cv2.imread(str(run.folder / "confusion.png")).shape[0] > 300


def test_every_entry_is_one_that_serving_takes_and_names_files_that_are_there(run: TinyRun) -> None:
    entries = [Model.model_validate(each) for each in json.loads((run.folder / "entry.json").read_text())]
    assert entries
    for entry in entries:
        assert entry.input == run.recipe.contract
        assert all((run.folder / name).is_file() for name in entry.files)


def test_who_speaks_of_fractures_shows_where_or_the_report_says_why_not(run: TinyRun) -> None:
    for entry in run.outcome.entries:
        part = entry.name.removeprefix(f"{run.recipe.name}-")
        said = [line for line in run.lines if line.startswith(f"{part}: no heat map in the same pass")]
        expects = entry.task in ("fracture", "multilabel") and entry.backend == "openvino"
        assert ("fracture_map" in entry.outputs) + len(said) == expects


def test_no_patient_is_in_two_parts(run: TinyRun) -> None:
    splits = load_material(run.recipe, run.data, silent).splits
    parts = [{image.patient for image in part} for part in (splits.training, splits.validation, splits.test)]
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]
    assert parts[0]
    assert parts[2]


def test_a_second_call_trains_nothing_again_and_finds_the_same(run: TinyRun) -> None:
    before = {path.name: path.read_bytes() for path in run.folder.glob("*.bin")}
    again = train(run.recipe, run.data, run.folder)
    assert not [line for line in again.lines if "epoch" in line]
    assert {path.name: path.read_bytes() for path in run.folder.glob("*.bin")} == before


SERVED = {
    "efficientnetb1-hierarchical": ("region", "region", "region"),
    "efficientnetb6-types": ("type", "type", "type"),
    "vgg16-lightgbm": ("abnormal", "lightgbm", "fracture_probability"),
}


@pytest.mark.parametrize("name", SERVED)
def test_what_serves_says_what_the_table_was_made_of_class_by_class(name: str, trained: Trained) -> None:
    """The graph and the entry alone, read by the backends of the node; two classes exchanged in either would differ."""
    part, title, output = SERVED[name]
    dataset, changes = RUNS[name]
    run = trained(name, dataset, **changes)
    drafts = json.loads((run.folder / "entry.json").read_text())
    entry = next(Model.model_validate(each) for each in drafts if each["name"].endswith(f"-{part}"))
    table = run.outcome.tables[title]
    counted = np.zeros_like(table.confusion)
    for label, said in serve(run, entry, output):
        counted[label, int(said.argmax()) if len(said) > 1 else int(said[0] >= 0.5)] += 1
    assert counted.tolist() == table.confusion.tolist()


TRUTH: dict[str, Callable[..., int | None]] = {
    "region": lambda image, classes: classes.index(image.regions[0]) if image.regions[0] in classes else None,
    "types": lambda image, classes: classes.index(image.fracture_type),
    "fracture": lambda image, _classes: int(image.abnormal),
}


def serve(run: TinyRun, entry: Model, output: str) -> Iterator[tuple[int, np.ndarray]]:
    """Give the number of the true class of each labelled test image, and what the node's backend says of the image."""
    backend = LightGbmBackend(1) if entry.backend == "lightgbm" else OpenVinoBackend(1)
    session = backend.compile(load_model(run.folder, entry))
    material = load_material(run.recipe, run.data, silent)
    for position, image in zip(material.test, material.images(material.test), strict=True):
        truth = TRUTH[entry.task](image, entry.classes)
        if truth is not None:
            batch = to_input(material.canvases[position : position + 1], entry.input)
            yield truth, session.run(batch, 60.0)[output][0]


def test_a_folder_of_another_run_is_not_gone_on_with(trained: Trained, tree: Callable[[str], Path]) -> None:
    run = trained("vgg16-cnn", *RUNS["vgg16-cnn"][:1], **RUNS["vgg16-cnn"][1])
    with pytest.raises(ModelError, match="another --runs"):
        train(run.recipe.model_copy(update={"seed": 7}), run.data, run.folder)


def test_a_part_that_has_nothing_to_tell_apart_is_said_by_name(tree: Callable[[str], Path], tmp_path: Path) -> None:
    recipe = tiny("resnet50-hierarchical", "fracatlas", classes=("hand", "knee"), epochs=1)
    with pytest.raises(InputError, match=r"region: .* not two that differ in hand, knee"):
        train(recipe, tree("fracatlas"), tmp_path)


def test_a_hierarchy_that_may_refuse_says_how_much_it_answers(trained: Trained) -> None:
    run = trained(
        "efficientnetb1-hierarchical",
        *RUNS["efficientnetb1-hierarchical"][:1],
        **RUNS["efficientnetb1-hierarchical"][1],
    )
    metrics = json.loads((run.folder / "metrics.json").read_text())
    assert 0 <= metrics["refusal"]["coverage"]["value"] <= 1
    points = [entry.operating_points for entry in run.outcome.entries if entry.task == "fracture"]
    assert {(each.doubt_from, each.present_from) for each in points} == {(0.45, 0.55)}
