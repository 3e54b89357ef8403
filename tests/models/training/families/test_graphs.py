from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")

import openvino

from inference.explain.map_origins import CLOSED_FORM
from inference.training.families.graphs import export_graph

keras: Any = pytest.importorskip("keras", reason="needs the extra `models`")
# Keras gives its arrays away as NumPy 1 asked for them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SIDE_PX, CELL_PX = 64, 8


def _network(*head: Any, classes: int) -> Any:
    """Return a network that sees bright cells; its last class speaks for them."""
    image = keras.Input((SIDE_PX, SIDE_PX, 1))
    x = keras.layers.Conv2D(1, CELL_PX, strides=CELL_PX, activation="relu", name="cells")(image)
    for layer in (keras.layers.GlobalAveragePooling2D(), *head):
        x = layer(x)
    model = keras.Model(image, keras.layers.Dense(classes, activation="sigmoid", kernel_initializer="ones")(x))
    model.get_layer("cells").set_weights([np.full((CELL_PX, CELL_PX, 1, 1), 1 / CELL_PX**2), np.array([-0.2])])
    return model


def _pictures() -> np.ndarray:
    """Return two pictures, each with one bright cell: row 1, column 5, and row 6, column 2."""
    pictures = np.full((2, SIDE_PX, SIDE_PX, 1), 0.1, dtype=np.float32)
    pictures[0, 8:16, 40:48], pictures[1, 48:56, 16:24] = 0.9, 0.9
    return pictures


@pytest.mark.parametrize(("classes", "output"), [(1, "fracture_probability"), (3, "labels")])
def test_the_graph_of_a_family_shows_where_in_the_pass_that_answers(classes: int, output: str, tmp_path: Path) -> None:
    network, pictures = _network(classes=classes), _pictures()
    exported = export_graph(network, output, pictures, tmp_path, "abnormal", fracture_column=classes - 1)
    assert (exported.note, exported.outputs["fracture_map"]["made_by"]) == ("", CLOSED_FORM)
    compiled = openvino.Core().compile_model(tmp_path / "abnormal.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    found = compiled(pictures)
    peaks = [np.unravel_index(int(cells.argmax()), (8, 8)) for cells in found["fracture_map"][:, 0]]
    assert peaks == [(1, 5), (6, 2)]
    mean = 1 / (1 + np.exp(-found["fracture_map"].mean(axis=(2, 3))))
    assert mean == pytest.approx(found[output][:, -1:], abs=1e-6)


def test_a_hidden_layer_is_exported_without_a_map_and_that_is_said(tmp_path: Path) -> None:
    network = _network(keras.layers.Dense(4, activation="relu"), classes=1)
    exported = export_graph(network, "fracture_probability", _pictures(), tmp_path, "abnormal", fracture_column=0)
    assert exported.outputs == {}
    assert exported.note.startswith("no heat map in the same pass: the head is no average")
    assert set(exported.files) == {"abnormal.xml", "abnormal.bin"}


def test_a_network_that_speaks_of_no_fracture_gets_no_map(tmp_path: Path) -> None:
    exported = export_graph(_network(classes=3), "region", _pictures(), tmp_path, "region")
    assert (exported.outputs, exported.note) == ({}, "")
