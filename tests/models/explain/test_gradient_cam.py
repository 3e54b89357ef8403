from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")
pytest.importorskip("torch", reason="needs the extra `models`")

import keras
import torch
from torch import nn

from domain.errors import ModelError
from inference.explain.class_activation import Frame, Map
from inference.explain.grad_cam import grad_cam, relative_heat
from inference.explain.gradient_cam import keras_cam, torch_cam
from inference.explain.roi import find_roi
from inference.preprocess import letterbox

pytestmark = pytest.mark.filterwarnings("ignore")

SIDE_PX, CELL_PX = 64, 16
#: Rows, columns, and the cell of the canvas that is bright: no turned, mirrored or shifted map has its peak there.
PLANTED = [(50, 100, (1, 3)), (50, 100, (2, 0)), (120, 60, (0, 1)), (120, 60, (3, 2))]


def _canvas(rows: int, columns: int, at: tuple[int, int]) -> tuple[npt.NDArray[np.float32], Frame]:
    _, geometry = letterbox(np.zeros((rows, columns), np.float32), SIDE_PX)
    x, y = geometry.to_canvas(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    bright = np.asarray(y // CELL_PX == at[0])[:, None] & np.asarray(x // CELL_PX == at[1])[None, :]
    canvas, geometry = letterbox(np.where(bright, 0.9, 0.1).astype(np.float32), SIDE_PX)
    return canvas, Frame(geometry, CELL_PX, rows, columns)


def _require_target(cells: Map, frame: Frame, at: tuple[int, int]) -> None:
    heat = relative_heat(cells, frame)
    x, y = frame.to_stored(at[1] + 0.5, at[0] + 0.5)
    half_x, half_y = (CELL_PX / scale / 2 + 1 for scale in (frame.letterbox.scale_x, frame.letterbox.scale_y))
    peak_y, peak_x = np.unravel_index(int(heat.argmax()), heat.shape)
    assert (abs(peak_x + 0.5 - x) <= half_x, abs(peak_y + 0.5 - y) <= half_y) == (True, True)
    box = find_roi(heat, 0.9)
    assert box is not None
    assert box.x_min_px <= x <= box.x_max_px
    assert box.y_min_px <= y <= box.y_max_px


class Bright(nn.Module):
    """Brightness of each cell and a hidden layer over its average."""

    def __init__(self, *head: nn.Module) -> None:
        super().__init__()
        self.cells = nn.Conv2d(1, 2, CELL_PX, CELL_PX)
        self.head = nn.Sequential(*head)
        with torch.no_grad():
            self.cells.weight[:] = torch.tensor([1.0, 0.1])[:, None, None, None] / CELL_PX**2
            self.cells.bias[:] = torch.tensor([-0.2, 0.0])
        self.requires_grad_(False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.head(torch.relu(self.cells(image)).mean((2, 3)))
        return found


def _positive(*layers: nn.Module) -> list[nn.Module]:
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.constant_(layer.weight, 0.7)
            nn.init.constant_(layer.bias, 0.1)
    return list(layers)


@pytest.mark.parametrize(("rows", "columns", "at"), PLANTED)
def test_torch_looks_at_the_planted_target_through_a_hidden_layer(rows: int, columns: int, at: tuple[int, int]) -> None:
    network = Bright(*_positive(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1)))
    canvas, frame = _canvas(rows, columns, at)
    _require_target(torch_cam(network, network.cells, canvas[None, None]), frame, at)


@pytest.mark.parametrize(("rows", "columns", "at"), PLANTED)
def test_keras_looks_at_the_planted_target_through_a_hidden_layer(rows: int, columns: int, at: tuple[int, int]) -> None:
    canvas, frame = _canvas(rows, columns, at)
    _require_target(keras_cam(_keras_model(), canvas[None, :, :, None]), frame, at)


def _keras_model() -> Any:
    kernel, hidden = np.full((CELL_PX, CELL_PX, 1, 1), 1 / CELL_PX**2), keras.initializers.Constant(0.7)
    model = keras.Sequential(
        [
            keras.Input((SIDE_PX, SIDE_PX, 1)),
            keras.layers.Conv2D(1, CELL_PX, strides=CELL_PX, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(4, activation="relu", kernel_initializer=hidden),
            keras.layers.Dense(1, activation="sigmoid", kernel_initializer=hidden),
        ]
    )
    model.layers[0].set_weights([kernel, np.array([-0.2])])
    return model


@pytest.mark.parametrize("index", [0, 1, 2])
def test_torch_agrees_with_the_closed_form_and_leaves_the_network_as_it_was(index: int) -> None:
    network = Bright(nn.Linear(2, 3)).train()
    network.head[0].weight[:] = torch.tensor([[0.9, 0.1], [0.2, 3.0], [-0.3, 0.4]])
    image = np.random.default_rng(2).uniform(0.2, 1, (1, 1, SIDE_PX, SIDE_PX)).astype(np.float32)
    found = torch_cam(network, network.cells, image, class_index=index, softmax=True)
    activations = network.cells(torch.from_numpy(image))[0].numpy()
    table = network.head[0].weight.numpy()
    expected = grad_cam(activations, table[index] - np.delete(table, index, axis=0).mean(axis=0))
    assert (activations > 0).all(), "so that the rectifier after the layer changes nothing"
    assert bool(expected.max() > 0) is (index < 2)
    assert np.abs(found - expected).max() <= 1e-4 * expected.max()
    assert network.training
    assert not network.cells._forward_hooks


def test_a_layer_without_a_place_and_a_class_that_is_not_there_are_refused() -> None:
    network = Bright(nn.Linear(2, 1))
    image = np.ones((1, 1, SIDE_PX, SIDE_PX), dtype=np.float32)
    with pytest.raises(ModelError, match="place"):
        torch_cam(network, network.head, image)
    with pytest.raises(ModelError, match="1 classes"):
        torch_cam(network, network.cells, image, class_index=1)
    with pytest.raises(ModelError, match="shape"):
        keras_cam(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]), np.ones((1, 4), np.float32))
