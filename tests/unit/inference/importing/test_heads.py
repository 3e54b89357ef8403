import numpy as np
import openvino
import pytest
from openvino import opset13 as ops

from inference.importing.heads import add_heads, apply_heads
from inference.importing.outputs import Head, Step

ROWS = np.array([[0.2, -1.5, 3.0], [90.0, -90.0, 0.0]], dtype=np.float32)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([Step("column", 1)], [[-1.5], [-90.0]]),
        ([Step("negate")], -ROWS),
        ([Step("complement")], 1 - ROWS),
        ([Step("softmax"), Step("column", 0)], [[0.0567], [1.0]]),
        ([Step("sigmoid"), Step("column", 2)], [[0.9526], [0.5]]),
        ([Step("as_column")], ROWS.reshape(-1, 1)),
    ],
)
def test_a_step_means_the_same_on_numbers_and_in_a_graph(steps, expected) -> None:
    heads = [Head("raw", "out", tuple(steps))]
    parameter = ops.parameter([-1, 3], np.float32)
    port = add_heads(heads, {"raw": parameter.output(0)})["out"]
    in_graph = openvino.Core().compile_model(openvino.Model([port], [parameter], "steps"), "CPU")([ROWS])[0]
    on_numbers = apply_heads(heads, {"raw": ROWS})["out"]
    assert on_numbers == pytest.approx(np.array(expected), abs=1e-4)
    assert in_graph == pytest.approx(on_numbers, abs=1e-4)


def test_channels_go_first() -> None:
    cells = np.arange(8, dtype=np.float32).reshape(1, 2, 4, 1)
    turned = apply_heads([Head("raw", "out", (Step("channels_first"),))], {"raw": cells})["out"]
    assert turned.shape == (1, 1, 2, 4)
    assert turned[0, 0].tolist() == cells[0, :, :, 0].tolist()
