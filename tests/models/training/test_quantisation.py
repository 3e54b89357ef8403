"""Trunks in eight bits, and nothing else of a graph."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("nncf", reason="needs the extra `models`")
torch = pytest.importorskip("torch", reason="needs the extra `models`")

import openvino as ov  # noqa: E402

from inference.training.quantisation import quantise_graph  # noqa: E402

# Torch is to lose the way in which we export.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.trace:DeprecationWarning")
SIDE_PX = 16


class Tiny(torch.nn.Module):
    """A trunk of two steps and a head of one."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.trunk = torch.nn.Sequential(torch.nn.Conv2d(1, 16, 3), torch.nn.ReLU(), torch.nn.Conv2d(16, 16, 3))
        self.head = torch.nn.Conv2d(16, 1, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.trunk(x))


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    return list(np.random.default_rng(4).random((6, 1, 1, SIDE_PX, SIDE_PX), dtype=np.float32))


def convert(network: torch.nn.Module) -> ov.Model:
    return ov.convert_model(network, example_input=torch.zeros(1, 1, SIDE_PX, SIDE_PX), input=[1, 1, SIDE_PX, SIDE_PX])


def weights_of(graph: ov.Model, step: str) -> str:
    """Return the type of the numbers that a convolution's weights are kept in."""
    node = next(each for each in graph.get_ops() if step in each.get_friendly_name() and "Convolution" in str(each))
    source = node.input_value(1).get_node()
    while source.get_type_name() != "Constant":
        source = source.input_value(0).get_node()
    return source.get_element_type().get_type_name()


def test_the_trunk_is_kept_in_eight_bits_and_the_head_is_not(images: list[np.ndarray], tmp_path: Path) -> None:
    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = Tiny()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.network(x)

    graph = quantise_graph(convert(Whole().eval()), images)
    assert weights_of(graph, "trunk.2") == "i8"
    assert weights_of(graph, "network.head") == "f32"


def test_a_quantised_graph_says_nearly_the_same(images: list[np.ndarray]) -> None:
    network = Tiny().eval()
    compiled = ov.Core().compile_model(
        quantise_graph(convert(network), images), "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
    )
    with torch.inference_mode():
        expected = network(torch.from_numpy(images[0])).numpy()
    found = compiled([images[0]])[0]
    assert 0 < np.abs(found - expected).max() < 0.1 * np.ptp(expected)


def test_a_graph_whose_trunk_has_no_name_is_quantised_whole(images: list[np.ndarray]) -> None:
    graph = quantise_graph(convert(torch.nn.Sequential(torch.nn.Conv2d(1, 16, 3), torch.nn.Conv2d(16, 4, 1))), images)
    assert {weights_of(graph, "/aten::_convolution")} == {"i8"}
