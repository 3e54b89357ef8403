from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("tensorflow", reason="needs the extra `models`")

import keras
import openvino
from keras import layers

from domain.errors import ModelError
from inference.explain.cam_graph import attach_cam, find_head
from inference.explain.gradient_cam import keras_cam
from tests.models.explain.conftest import COLUMNS, ROWS

# Keras gives its arrays away as NumPy 1 asked for them; Keras warns of how its inputs are named.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning",
    "ignore:The structure of `inputs`:UserWarning",
)
F32 = {"INFERENCE_PRECISION_HINT": "f32"}


def _build(*head: Any, trunk: Any = None) -> keras.Model:
    keras.utils.set_random_seed(5)
    inputs = keras.Input((ROWS, COLUMNS, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    if trunk is None:
        x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Conv2D(12, 3, strides=2, padding="same", activation="swish")(x)
    else:
        x = trunk(x)
    for layer in head:
        x = layer(x)
    return keras.Model(inputs, x)


def _busy_norm() -> Any:
    random = {"moving_mean_initializer": "random_normal", "beta_initializer": "random_normal"}
    return layers.BatchNormalization(moving_variance_initializer=keras.initializers.RandomUniform(0.5, 2), **random)


def _heads() -> dict[str, list[Any]]:
    gap = layers.GlobalAveragePooling2D
    return {
        "sigmoid": [
            gap(),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid", bias_initializer="random_normal"),
        ],
        "twelve sigmoids": [gap(), layers.Dense(12), layers.Activation("sigmoid")],
        "softmax of two": [gap(), layers.Dense(2, activation="softmax", bias_initializer="random_normal")],
        "softmax of five": [gap(), layers.Dense(5), layers.Softmax()],
        "batch norm before": [gap(), _busy_norm(), layers.Dense(3, activation="softmax")],
        "two dense layers": [
            gap(keepdims=True),
            layers.Flatten(),
            layers.Dense(6),
            layers.Dense(1, activation="sigmoid"),
        ],
        "no activation": [gap(), layers.Dense(1)],
    }


HEADS = ("sigmoid", "twelve sigmoids", "softmax of two", "softmax of five", "batch norm before", "two dense layers")


@cache
def _convert(name: str) -> tuple[keras.Model, openvino.Model]:
    model = _build(*_heads()[name])
    return model, openvino.convert_model(model)


def _one_pass(graph: openvino.Model, image: npt.NDArray[np.float32], class_index: int) -> Any:
    attached = attach_cam(graph, class_index=class_index)
    return openvino.Core().compile_model(attached, "CPU", F32)(image)


def _rectify(logits: npt.NDArray[np.float32], bias: float) -> npt.NDArray[np.float32]:
    """Return the Grad-CAM of a map of logits, with the bias of its head."""
    return np.maximum(logits - np.float32(bias), 0) / logits.size


@pytest.mark.parametrize("name", [*HEADS, "no activation"])
def test_the_map_in_the_graph_is_the_map_by_gradient(name: str, image: npt.NDArray[np.float32]) -> None:
    model, graph = _convert(name)
    class_index = model.output.shape[-1] - 1
    bias = find_head(graph, class_index=class_index).bias
    found = _rectify(_one_pass(graph, image, class_index)["fracture_map"][0, 0], bias)
    expected = keras_cam(model, image, class_index=class_index)
    assert found.shape == expected.shape == (ROWS // 4, COLUMNS // 4)
    assert expected.max() > 0
    assert np.abs(found - expected).max() < 1e-4 * expected.max()


@pytest.mark.parametrize("name", HEADS)
def test_the_answer_stays_and_the_map_averages_to_its_logit(name: str, image: npt.NDArray[np.float32]) -> None:
    model, graph = _convert(name)
    found, expected = _one_pass(graph, image, 0), np.asarray(model(image, training=False))
    assert found[0] == pytest.approx(expected, abs=1e-5)
    logit = float(found["fracture_map"].mean())
    if expected.shape[1] <= 2 or "sigmoid" in name:
        assert 1 / (1 + np.exp(-logit)) == pytest.approx(expected[0, 0], abs=1e-5)


def test_efficientnet_b1_explains_itself_in_the_same_pass() -> None:
    trunk = keras.applications.EfficientNetB1(include_top=False, weights=None, input_shape=(64, 64, 3))
    inputs = keras.Input((64, 64, 3))
    averaged = layers.GlobalAveragePooling2D()(trunk(inputs))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(averaged))
    image = np.random.default_rng(1).uniform(0, 255, (1, 64, 64, 3)).astype(np.float32)
    graph = openvino.convert_model(model)
    found = _rectify(_one_pass(graph, image, 0)["fracture_map"][0, 0], find_head(graph).bias)
    expected = keras_cam(model, image)
    assert found.shape == expected.shape == (2, 2)
    assert np.abs(found - expected).max() <= 1e-4 * np.abs(expected).max()


def test_a_head_with_an_activation_between_is_refused_but_explained_by_gradient(image: npt.NDArray[np.float32]) -> None:
    hidden = layers.Dense(6, activation="relu", bias_initializer="ones")
    model = _build(layers.GlobalAveragePooling2D(), hidden, layers.Dense(1, activation="sigmoid"))
    with pytest.raises(ModelError, match="without activations"):
        attach_cam(openvino.convert_model(model))
    assert keras_cam(model, image).shape == (ROWS // 4, COLUMNS // 4)


def test_a_flattened_head_is_refused(image: npt.NDArray[np.float32]) -> None:
    model = _build(layers.Flatten(), layers.Dense(1, activation="sigmoid"))
    with pytest.raises(ModelError, match="without activations"):
        attach_cam(openvino.convert_model(model))
    assert keras_cam(model, image).shape == (ROWS // 4, COLUMNS // 4)


def test_half_precision_weights_are_seen_through(image: npt.NDArray[np.float32], tmp_path: Any) -> None:
    model, converted = _convert("sigmoid")
    openvino.save_model(converted, tmp_path / "model.xml", compress_to_fp16=True)
    graph = openvino.Core().read_model(tmp_path / "model.xml")
    assert find_head(graph).weights == pytest.approx(np.asarray(model.layers[-1].kernel)[:, 0], rel=2e-3, abs=1e-4)
