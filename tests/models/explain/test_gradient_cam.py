from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")

import keras

from domain.errors import ModelError
from inference.explain.class_activation import Frame, Map, relative_heat
from inference.explain.gradient_cam import keras_cam
from inference.explain.roi import find_roi
from inference.preprocess import letterbox

# Keras gives its arrays away as NumPy 1 asked for them.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

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


def test_a_model_without_places_and_a_class_or_output_that_is_not_there_are_refused() -> None:
    image = np.ones((1, SIDE_PX, SIDE_PX, 1), np.float32)
    with pytest.raises(ModelError, match="1 classes"):
        keras_cam(_keras_model(), image, class_index=1)
    with pytest.raises(ModelError, match="none named age"):
        keras_cam(_named(), image, output="age")
    with pytest.raises(ModelError, match="shape"):
        keras_cam(keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)]), np.ones((1, 4), np.float32))


def _named() -> Any:
    model = _keras_model()
    return keras.Model(model.inputs, {"probability": model.outputs[0]})


def test_a_backbone_that_averages_within_itself_is_refused() -> None:
    within = keras.Sequential([keras.Input((64, 64, 1)), keras.layers.GlobalAveragePooling2D()])
    model = keras.Sequential([keras.Input((64, 64, 1)), within, keras.layers.Dense(1, activation="sigmoid")])
    with pytest.raises(ModelError, match="a model within the model"):
        keras_cam(model, np.ones((1, 64, 64, 1), np.float32))


#: What an import puts behind the two scores of a network so that one column is told, and what it says of dark cells.
TOLD: dict[str, Any] = {
    "a column of a softmax": lambda scores: keras.ops.softmax(scores, axis=1)[:, 1:2],
    "1 less the other": lambda scores: 1.0 - keras.ops.softmax(scores, axis=1)[:, 0:1],
    "the other logit, turned": lambda scores: -scores[:, 0:1],
}


@pytest.mark.parametrize("name", TOLD)
def test_the_map_speaks_of_what_is_told_of_two_columns(name: str, tmp_path: Path) -> None:
    image = keras.Input((SIDE_PX, SIDE_PX, 1))
    cells = keras.layers.Conv2D(1, CELL_PX, strides=CELL_PX, activation="relu", name="cells")(image)
    scores = keras.layers.Dense(2, name="scores")(keras.layers.GlobalAveragePooling2D()(cells))
    model = keras.Model(image, {"fracture_probability": TOLD[name](scores)})
    model.get_layer("cells").set_weights([np.full((CELL_PX, CELL_PX, 1, 1), 1 / CELL_PX**2), np.array([-0.2])])
    model.get_layer("scores").set_weights([np.array([[-80.0, 80.0]]), np.array([3.0, 0.0])])
    model.save(tmp_path / "model.keras")
    canvas, frame = _canvas(50, 100, (1, 3))
    loaded = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    _require_target(keras_cam(loaded, canvas[None, :, :, None], output="fracture_probability"), frame, (1, 3))
