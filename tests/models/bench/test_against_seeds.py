"""The comparison on two small networks: every way runs, and says the same as Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

from dicom_node.bench.contest import KERAS, KERAS_SINGLY, ULTRALYTICS, YOLO, Heads, Network, Way
from dicom_node.bench.contest_files import native_file, write_network
from dicom_node.bench.contest_models import load_graph
from dicom_node.bench.runners import Order, open_runner
from dicom_node.cli.main import run
from inference.backends.frameworks import load_keras

pytest.importorskip("tensorflow", reason="needs the extra `models`")
# Keras gives its arrays away as NumPy 1 asked for them; torch is to lose the way in which we export, and tracing says
# that shapes are fixed, as they are meant to be.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning",
    "ignore:`torch.jit.trace:DeprecationWarning",
    "ignore::torch.jit.TracerWarning",
)


def test_the_quick_comparison_has_a_ratio_for_every_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "read", "--against", "seeds", "--quick", "--json"]) == 0
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    ways = {way["way"]: way for way in group["ways"]}
    assert next(iter(ways)) == "keras predict"
    assert ways["keras predict"]["times_baseline"] == 1.0
    assert ways["openvino f32"]["largest_difference"] < 1e-4
    assert all(way["times_baseline"] > 0 and way["rss_mib"] > 50 for way in ways.values())


def test_the_lite_stand_in_has_the_trunk_that_members_have(tmp_path: Path) -> None:
    network = Network("EfficientNetLite0", 64, copies=2)
    write_network(tmp_path, network)
    theirs = open_runner(Order(KERAS, (network,), tmp_path, threads=1)).answers[0]
    ours = open_runner(Order(Way("ours", "openvino"), (network,), tmp_path, threads=1)).answers[0]
    assert ours.shape == (2, 1)
    assert ours == pytest.approx(theirs, abs=1e-4)
    # EfficientNet-Lite0 has 4.65 M parameters, 1.28 M of them in its classifier.
    weights = sum(len(content) for name, content in load_graph(tmp_path, network).files.items() if name[-3:] == "bin")
    assert 3.3e6 < weights / 4 < 3.5e6


def test_a_flip_at_a_time_is_the_same_network_asked_once_for_each_flip(tmp_path: Path) -> None:
    network = Network("MobileNet", 96, copies=2)
    write_network(tmp_path, network)
    together, singly = (
        open_runner(Order(way, (network,), tmp_path, threads=1)).answers[0] for way in (KERAS, KERAS_SINGLY)
    )
    assert (together.shape, singly.shape) == ((2, 1), (1, 1))
    assert abs(together[0] - together[1]) > 1e-4
    assert singly[0] == pytest.approx(together[1], abs=1e-5)


@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetLite0"])
def test_the_heads_of_a_stand_in_are_as_large_as_those_of_members(name: str, tmp_path: Path) -> None:
    from inference.training.backbones import BACKBONES
    from inference.training.detector import DetectorNetwork
    from inference.training.network import Trunk

    def count(heads: Heads) -> int:
        network = Network(name, 64, member="a-member", heads=heads)
        write_network(tmp_path, network)
        return int(load_keras().saving.load_model(native_file(tmp_path, network), compile=False).count_params())

    ours = DetectorNetwork(trunk := Trunk(BACKBONES[name.lower()]), regions=4)
    own, shared = (sum(each.numel() for each in module.parameters()) for module in (ours, trunk))
    classifier = 1280 + 1
    assert count("detector") - count("classifier") + classifier == own - shared


def test_a_yolo_network_runs_in_both_ways(tmp_path: Path) -> None:
    network = Network(YOLO.networks[0].backbone, 64)
    write_network(tmp_path, network)
    assert native_file(tmp_path, network).stat().st_size > 10e6
    for way in (ULTRALYTICS, Way("ours", "openvino")):
        runner = open_runner(Order(way, (network,), tmp_path, threads=1))
        assert np.isfinite(runner.answers[0]).all()
        assert 0 < runner.time_round()[0] < 60
