"""The ways of ours, on a graph that doubles its one number; the frameworks' ways are tested beside the frameworks."""

from pathlib import Path

import numpy as np
import openvino
import pytest
from openvino import opset13

from dicom_node.bench.contest import Network, Way
from dicom_node.bench.contest_models import make_entry, stem_of
from dicom_node.bench.contestant import Contestant
from dicom_node.bench.runners import Order, open_runner
from domain.errors import OsteonodeError

BRIGHT, DARK = Network("MobileNet", 32), Network("MobileNetV2", 48, copies=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two graphs that say how bright an image is, in 0..1."""
    for network in (BRIGHT, DARK):
        image = opset13.parameter([-1, network.side_px, network.side_px, 3], np.float32, name="image")
        mean = opset13.reduce_mean(image, opset13.constant([1, 2], dtype=np.int64))
        share = opset13.reduce_mean(opset13.divide(mean, np.float32(255)), np.int64(1), keep_dims=True)
        graph = openvino.Model([share], [image])
        graph.inputs[0].get_tensor().set_names({"image"})
        graph.outputs[0].get_tensor().set_names({"fracture_probability"})
        openvino.save_model(graph, tmp_path / f"{stem_of(network)}.xml", compress_to_fp16=False)
    return tmp_path


@pytest.mark.parametrize("engine", ["openvino", "openvino-requests"])
def test_every_way_of_ours_answers_the_same_and_times_each_network(engine: str, folder: Path) -> None:
    runner = open_runner(Order(Way("ours", engine), (BRIGHT, DARK), folder, threads=1))
    assert [answer.shape for answer in runner.answers] == [(1, 1), (2, 1)]
    assert 0.05 < float(runner.answers[0][0, 0]) < 0.9
    assert runner.answers[1] == pytest.approx(np.full((2, 1), runner.answers[0][0, 0]), abs=0.01)
    seconds = runner.time_round()
    assert len(seconds) == 2
    assert all(0 < each < 10 for each in seconds)


def test_a_contestant_runs_in_its_own_process_and_has_its_own_memory(folder: Path) -> None:
    contestant = Contestant(Order(Way("ours", "openvino"), (BRIGHT,), folder, threads=1))
    try:
        assert len(contestant.time_round().seconds) == 1
        assert contestant.measure_rss_mib() > 30
        assert 0 < float(contestant.answers[0][0, 0]) < 1
    finally:
        contestant.end()
    assert contestant.measure_rss_mib() == 0


def test_a_way_that_cannot_be_loaded_says_why(folder: Path) -> None:
    entry = make_entry(BRIGHT)
    (folder / entry.file_name("xml")).write_text("<net/>")
    with pytest.raises(OsteonodeError, match="cannot compile"):
        Contestant(Order(Way("ours", "openvino"), (BRIGHT,), folder, threads=1))
