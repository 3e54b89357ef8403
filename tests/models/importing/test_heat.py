import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")

from dicom_node.cli.main import run
from inference.explain.map_origins import origin_of
from inference.explain.roi import find_roi
from inference.reader import Reader
from inference.zoo.manifest import Model
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image, planted, save
from tests.models.importing.bright_networks import build
from tests.models.importing.conftest import Import

# Keras gives its arrays away as NumPy 1 asked for them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

#: Oblong, with the target where no turned, mirrored or shifted map has one: (x, y) in stored pixels, and its side.
ROWS, COLUMNS, TARGET, SIDE = 300, 480, (400.0, 70.0), 60
OURS = ("--range", "0..1", "--without", "stand-in-fracture", "--present-from", "0.6", "--doubt-from", "0.4")
ALONE = ("--task", "fracture", "--classes", "normal,fracture")
MANY = ("--task", "multilabel", "--classes", "hand,leg,abnormal")
#: How the network is built, and what is said of its columns.
FORMS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "one probability": ({}, ALONE),
    "one probability of normal": ({"speaks": -1}, ("--task", "fracture", "--classes", "fracture,normal")),
    "one logit of normal": ({"speaks": -1, "ending": "linear"}, ("--task", "fracture", "--classes", "fracture,normal")),
    "two of a softmax": ({"classes": 2, "speaks": 0, "ending": "softmax"}, (*ALONE[:3], "fracture,normal")),
    "two logits": ({"classes": 2, "speaks": 1, "ending": "linear"}, ALONE),
    "three sigmoids": ({"classes": 3, "speaks": 2}, MANY),
}


def _image() -> Any:
    return make_image(planted(ROWS, COLUMNS, TARGET, SIDE), **WHOLE_WINDOW)


def _on_target(x: float, y: float) -> bool:
    return abs(x - TARGET[0]) <= SIDE / 2 and abs(y - TARGET[1]) <= SIDE / 2


def _bring(keras: Any, import_file: Import, folder: Path, name: str, *options: str, **changes: Any) -> Model:
    network, said = FORMS[name]
    build(keras, **(network | changes)).save(folder / "bright.keras")
    code, _, entry = import_file(folder / "bright.keras", *OURS, *said, *options)
    assert code == 0
    assert entry is not None
    return entry


@pytest.mark.parametrize("fit", ["letterbox", "stretch"])
@pytest.mark.parametrize("name", FORMS)
def test_heat_map_region_and_box_of_a_reading_come_with_the_import(
    name: str, fit: str, keras: Any, import_file: Import, tmp_path: Path
) -> None:
    entry = _bring(keras, import_file, tmp_path, name, "--preprocess", f"stretch_contrast,{fit}")
    assert origin_of(entry) == "grad-cam, closed form"
    found = Reader(tmp_path / "ours", threads=1).read(_image())
    assert found.mapped_by is not None
    assert (found.mapped_by.name, found.heat_map.shape) == ("ours", (ROWS, COLUMNS))
    peak_y, peak_x = np.unravel_index(int(found.heat_map.argmax()), found.heat_map.shape)
    assert _on_target(peak_x + 0.5, peak_y + 0.5)
    for box in (find_roi(found.heat_map, 0.9), found.image.boxes[0]):
        assert _on_target((box.x_min_px + box.x_max_px) / 2, (box.y_min_px + box.y_max_px) / 2)
        assert max(box.x_max_px - box.x_min_px, box.y_max_px - box.y_min_px) < 2.5 * SIDE


def test_the_map_is_held_to_the_answer_and_the_outputs_there_were_stay(
    keras: Any, import_file: Import, tmp_path: Path
) -> None:
    plain = _bring(keras, import_file, tmp_path, "two logits", "--preprocess", "stretch", "--no-heat-map")
    entry = _bring(keras, import_file, tmp_path, "two logits", "--preprocess", "stretch", "--without", "ours")
    assert set(plain.outputs) == {"fracture_probability"}
    assert set(entry.outputs) == {"fracture_probability", "fracture_map"}
    differences: Any = entry.metrics["parity"]["largest_difference"]
    assert set(differences) == {"fracture_probability", "mean of fracture_map"}
    assert max(differences.values()) < 1e-5
    assert plain.metrics["parity"]["largest_difference"] == {
        "fracture_probability": differences["fracture_probability"]
    }


@pytest.mark.parametrize("name", ["one probability", "one probability of normal", "two logits", "three sigmoids"])
def test_a_hidden_layer_is_said_and_the_backend_keras_shows_the_target_by_gradient(
    name: str, keras: Any, import_file: Import, tmp_path: Path
) -> None:
    options = ("--preprocess", "stretch_contrast,letterbox", "--backend", "keras")
    entry = _bring(keras, import_file, tmp_path, name, *options, hidden=True)
    assert "fracture_map" not in entry.outputs
    image, out = save(_image(), tmp_path / "hand.dcm"), tmp_path / "out"
    command = ["explain", str(image), "--out", str(out), "--samples", "0", "--bundle", str(tmp_path / "ours")]
    assert run(command) == 0
    told = json.loads((out / "hand.json").read_text())
    assert told["heat_map"] == {"method": "grad-cam, gradient", "model": "ours"}
    left, top, right, bottom = told["region_of_interest"]
    assert _on_target((left + right) / 2, (top + bottom) / 2)
    assert max(right - left, bottom - top) < 2.5 * SIDE
    assert (out / "hand-heat.png").is_file()


def test_a_head_that_gives_no_map_is_imported_and_the_way_out_is_said(
    keras: Any, tmp_path: Path, import_file: Import, capsys: pytest.CaptureFixture[str]
) -> None:
    build(keras, hidden=True).save(tmp_path / "hidden.keras")
    into = ["--name", "hidden", "--into", str(tmp_path / "ours"), "--bundle", str(tmp_path / "base")]
    assert (
        run(["models", "import", str(tmp_path / "hidden.keras"), *into, *OURS, *ALONE, "--preprocess", "stretch"]) == 0
    )
    said = " ".join(capsys.readouterr().out.split())
    assert "note: no heat map in the same pass: the head is no average" in said
    assert "; backend keras gives one by gradient" in said


def test_why_a_network_has_no_map_by_gradient_is_said(keras: Any, import_file: Import, tmp_path: Path) -> None:
    whole = build(keras)
    within = keras.Model(whole.input, whole.get_layer("says").input)
    image = keras.Input((64, 64, 1))
    keras.Model(image, keras.layers.Dense(1, activation="sigmoid")(within(image))).save(tmp_path / "nested.keras")
    options = ("--preprocess", "stretch", "--backend", "keras")
    assert import_file(tmp_path / "nested.keras", *OURS, *ALONE, *options)[0] == 0
    file, out = save(_image(), tmp_path / "hand.dcm"), tmp_path / "out"
    assert run(["explain", str(file), "--out", str(out), "--samples", "0", "--bundle", str(tmp_path / "ours")]) == 0
    told = json.loads((out / "hand.json").read_text())["heat_map"]
    assert told["problem"] == "the average over the image is hidden in a model within the model"
    assert not (out / "hand-heat.png").exists()
