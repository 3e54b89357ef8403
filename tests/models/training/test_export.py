"""What leaves training is a graph whose outputs have names and the values of the network."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import openvino as ov
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from inference.file_hashes import hash_files  # noqa: E402
from inference.training.export import export_graph, load_weights, weights_of  # noqa: E402
from inference.training.feature_distance import FeatureDistance, save_distance  # noqa: E402
from inference.training.recipes import DETECTOR, REGION  # noqa: E402
from inference.training.train import build_network  # noqa: E402

# torch says of its own tracing that it is deprecated; OpenVINO traces all the same.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.trace:DeprecationWarning")

SMALL = replace(REGION, side_px=64)
IMAGES = np.random.default_rng(0).random((2, 1, 64, 64), dtype=np.float32)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs as training leaves it, of a network that has learnt nothing."""
    runs = tmp_path_factory.mktemp("runs")
    (folder := runs / SMALL.name).mkdir()
    torch.save(build_network(SMALL).state_dict(), folder / "weights.pt")
    save_distance(FeatureDistance(torch.zeros(2, 1280), torch.ones(1280)), folder / "distance.pt")
    return runs


def test_a_region_graph_says_regions_and_how_far_the_image_is(runs: Path, tmp_path: Path) -> None:
    network = load_weights(SMALL, runs)
    files = export_graph(SMALL, network, tmp_path, IMAGES)
    said = ov.Core().compile_model(tmp_path / f"{SMALL.name}.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(IMAGES)
    with torch.inference_mode():
        regions, distance = network(torch.from_numpy(IMAGES))
    assert said["region"] == pytest.approx(regions.numpy(), abs=0.01)
    assert said["distance"] == pytest.approx(distance.numpy(), rel=0.02)
    assert files == hash_files(tmp_path / f"{SMALL.name}.{suffix}" for suffix in ("xml", "bin"))


def test_a_region_network_without_its_distance_is_not_exported(runs: Path, tmp_path: Path) -> None:
    (tmp_path / SMALL.name).mkdir()
    shutil.copy(weights_of(SMALL.name, runs), weights_of(SMALL.name, tmp_path))
    with pytest.raises(FileNotFoundError, match=r"distance\.pt is missing"):
        load_weights(SMALL, tmp_path)


def test_what_ships_of_several_courses_is_their_mean(tmp_path: Path) -> None:
    mean = replace(DETECTOR, side_px=64, averaged_with=("first", "second"))
    states = [build_network(replace(mean, seed=seed)).state_dict() for seed in (1, 2, 3)]
    for name, state in zip((mean.name, "first", "second"), states, strict=True):
        (tmp_path / name).mkdir()
        torch.save(state, weights_of(name, tmp_path))
    weight = "fracture_head.weight"
    shipped = load_weights(mean, tmp_path).network.state_dict()[weight]
    assert torch.allclose(shipped, sum(state[weight] for state in states) / 3, atol=1e-6)
    weights_of("second", tmp_path).unlink()
    with pytest.raises(FileNotFoundError):
        load_weights(mean, tmp_path)


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
def test_a_graph_that_says_another_thing_than_its_network_is_refused(tmp_path: Path) -> None:
    class Forked(torch.nn.Module):
        def forward(self, image):
            mean = image.mean((2, 3))
            return mean, 2 * mean if image.max() > 0 else 3 * mean

    with pytest.raises(ValueError, match="output distance of the exported graph differs"):
        export_graph(SMALL, Forked().eval(), tmp_path, IMAGES)


def test_a_network_that_gives_no_number_is_refused(tmp_path: Path) -> None:
    class Lost(torch.nn.Module):
        def forward(self, image):
            mean = image.mean((2, 3))
            return mean, mean * float("nan")

    with pytest.raises(ValueError, match="output distance of the exported graph differs by nan"):
        export_graph(SMALL, Lost().eval(), tmp_path, IMAGES)
