from functools import cache
from typing import Any

import numpy as np
import openvino
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openvino import opset13 as ops

from domain.errors import ModelError
from inference.explain.cam_graph import attach_cam, find_head
from inference.explain.class_activation import Frame, relative_heat
from inference.explain.roi import find_roi
from inference.preprocess import Image, Letterbox, letterbox, stretch_to_square
from tests.fakes.bright_classifier import BIAS, CELL_PX, SIDE_PX, WEIGHTS, draw_graph

GRAPHS = {
    "channels first": draw_graph(),
    "channels last": draw_graph(channels_last=True),
    "softmax": draw_graph(classes=3),
}


@cache
def _compiled(name: str) -> openvino.CompiledModel:
    graph = attach_cam(GRAPHS[name], class_index=2 if name == "softmax" else 0)
    return openvino.Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def _plant(rows: int, columns: int, geometry: Letterbox, row: int, column: int) -> Image:
    """Return a dark picture whose pixels are bright where they fall into one cell of the canvas."""
    x, y = geometry.to_canvas(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    bright = np.asarray(y // CELL_PX == row)[:, None] & np.asarray(x // CELL_PX == column)[None, :]
    return np.where(bright, 0.9, 0.1).astype(np.float32)


def _explain(name: str, canvas: Image) -> Any:
    cells = _compiled(name)(canvas[None, None])["fracture_map"][0, 0]
    return np.maximum(cells - find_head(GRAPHS[name], class_index=2 if name == "softmax" else 0).bias, 0)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("fit", [letterbox, stretch_to_square])
@settings(deadline=None, max_examples=15)
@given(rows=st.integers(90, 500), columns=st.integers(90, 500), at=st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_peak_and_region_lie_on_the_planted_target(
    name: str, fit: Any, rows: int, columns: int, at: tuple[int, int]
) -> None:
    _, geometry = fit(np.zeros((rows, columns), np.float32), SIDE_PX)
    frame = Frame(geometry, CELL_PX, rows, columns)
    if not frame.covers((8, 8))[at]:
        return  # the cell lies on the black around the image
    image = _plant(rows, columns, geometry, *at)
    heat = relative_heat(_explain(name, fit(image, SIDE_PX)[0]), frame)
    assert heat.shape == (rows, columns)
    assert heat.max() == pytest.approx(1.0)
    x, y = frame.to_stored(at[1] + 0.5, at[0] + 0.5)
    half_x, half_y = CELL_PX / geometry.scale_x / 2, CELL_PX / geometry.scale_y / 2
    peak_y, peak_x = np.unravel_index(int(heat.argmax()), heat.shape)
    assert abs(peak_x + 0.5 - x) <= half_x + 1
    assert abs(peak_y + 0.5 - y) <= half_y + 1
    box = find_roi(heat, 0.9)
    assert box is not None
    assert box.x_min_px <= x <= box.x_max_px
    assert box.x_max_px - box.x_min_px <= 4 * half_x + 2
    assert box.y_min_px <= y <= box.y_max_px
    assert box.y_max_px - box.y_min_px <= 4 * half_y + 2


@pytest.mark.parametrize("name", ["channels first", "channels last"])
def test_the_weights_of_the_head_are_found(name: str) -> None:
    head = find_head(GRAPHS[name])
    assert head.weights == pytest.approx(WEIGHTS)
    assert head.bias == pytest.approx(BIAS)
    assert head.channels_last is (name == "channels last")


def test_after_a_softmax_a_class_is_weighed_against_the_mean_of_the_others() -> None:
    first, last = (find_head(GRAPHS["softmax"], class_index=index) for index in (0, 2))
    assert last.weights == pytest.approx(WEIGHTS)
    assert first.weights == pytest.approx([-each / 2 for each in WEIGHTS])
    assert first.bias == pytest.approx(-BIAS / 2)


def test_the_map_averages_to_the_logit_and_the_answer_stays() -> None:
    batch = np.random.default_rng(0).uniform(0, 1, (3, 1, SIDE_PX, SIDE_PX)).astype(np.float32)
    found = _compiled("channels first")(batch)
    assert found["fracture_map"].shape == (3, 1, 8, 8)
    assert 1 / (1 + np.exp(-found["fracture_map"].mean(axis=(2, 3)))) == pytest.approx(found["probability"], abs=1e-6)


def _told(graph: openvino.Model, *columns: int, turned: bool) -> openvino.Model:
    """Return a graph that tells one column, or 1 less the probability, as `told` (N, 1)."""
    port = graph.outputs[0].get_node().input_value(0)
    for column in columns:
        port = ops.gather(port, ops.constant(np.array([column])), ops.constant(np.array([1]))).output(0)
    if turned:
        port = ops.subtract(ops.constant(np.array([1.0], np.float32)), port).output(0)
    port.get_tensor().set_names({"told"})
    return openvino.Model([port], graph.get_parameters(), "told")


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("columns", [(), (0,), (1,)])
def test_the_map_speaks_of_the_column_that_is_told_and_the_way_round_that_it_is(
    columns: tuple[int, ...], turned: bool
) -> None:
    told = _told(draw_graph(classes=2 if columns else 1), *columns, turned=turned)
    compiled = openvino.Core().compile_model(
        attach_cam(told, output="told"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    found = compiled(np.random.default_rng(0).uniform(0, 0.4, (3, 1, SIDE_PX, SIDE_PX)).astype(np.float32))
    expected = 1 / (1 + np.exp(-found["fracture_map"].mean(axis=(2, 3))))
    assert np.ptp(found["told"]) > 0.001
    assert expected == pytest.approx(found["told"], abs=1e-6)


def test_the_graph_that_was_given_stays_as_it_was() -> None:
    graph = draw_graph()
    attach_cam(graph)
    assert [each.get_names() for each in graph.outputs] == [{"probability"}]


def test_a_head_with_a_hidden_layer_is_refused() -> None:
    with pytest.raises(ModelError, match="dense layers without activations"):
        attach_cam(draw_graph(hidden=True))


@pytest.mark.parametrize(("choice", "message"), [({"output": "age"}, "probability"), ({"class_index": 1}, "1 classes")])
def test_an_output_or_class_that_is_not_there_is_refused(choice: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        attach_cam(draw_graph(), **choice)
