from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.backends.frameworks import load_framework
from inference.backends.installed import open_backends
from inference.canvases import Canvases
from inference.importing import draw_images
from inference.zoo import load_model
from tests.models.importing.conftest import Import

torch = pytest.importorskip("torch", reason="needs the extra `models`")
if find_spec("ultralytics") is None:  # loading it here would look for a network
    pytest.skip("needs the extra `models`", allow_module_level=True)

#: A YOLOv8 of two scales with few channels.
LAYOUT = {
    "nc": 2,
    "scale": "n",
    "scales": {"n": [0.33, 0.25, 1024]},
    "backbone": [
        [-1, 1, "Conv", [32, 3, 2]],
        [-1, 1, "Conv", [64, 3, 2]],
        [-1, 1, "C2f", [64, True]],
        [-1, 1, "Conv", [64, 3, 2]],
    ],
    "head": [[[2, 3], 1, "Detect", ["nc"]]],
}


class Outsider(torch.nn.Identity):
    """A class that ultralytics does not know."""


@pytest.fixture(scope="module")
def network() -> Any:
    torch.manual_seed(3)
    detector = load_framework("ultralytics.nn.tasks", "torch").DetectionModel(LAYOUT, ch=3, nc=2, verbose=False)
    detector.names = {0: "fracture", 1: "metal"}
    for parameter in detector.parameters():
        parameter.data.mul_(1.8)  # or its answers hardly depend on the image
    for scores in detector.model[-1].cv3:
        scores[-1].bias.data.zero_()  # or nothing is above 1e-6
    return detector.eval()


@pytest.fixture(scope="module")
def checkpoint(network: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("yolo") / "best.pt"
    torch.save({"model": network, "ema": None, "train_args": {"imgsz": 64}, "version": "8.4"}, path)
    return path


@pytest.mark.parametrize("backend", ["openvino", "ultralytics"])
def test_a_detector_needs_no_answer_and_draws_the_same_boxes(
    backend: str, checkpoint: Path, network: Any, import_file: Import, tmp_path: Path
) -> None:
    code, said, entry = import_file(checkpoint, "--backend", backend)
    assert (code, said) == (0, "")
    assert (entry.task, entry.classes, entry.input.side_px) == ("detector", ("fracture", "metal"), 64)
    session = open_backends(1)[entry.backend]().compile(load_model(tmp_path / "ours", entry))
    batch, _ = Canvases(draw_images()[0]).make(entry.input)
    with torch.inference_mode():
        expected = network(torch.from_numpy(batch))[0].numpy()
    found = session.run(batch, 60.0)["yolo"]
    assert np.ptp(expected[0, 4]) > 1e-3
    assert found[:, :4] == pytest.approx(expected[:, :4], abs=1e-2)
    assert found[:, 4:] == pytest.approx(expected[:, 4:], abs=1e-4)


def test_a_detector_can_be_asked_for_another_side(checkpoint: Path, import_file: Import) -> None:
    code, said, entry = import_file(checkpoint, "--side", "96")
    assert (code, said) == (0, "")
    assert entry.input.side_px == 96


def test_a_checkpoint_that_names_other_code_is_refused_until_it_is_trusted(
    network: Any, tmp_path: Path, import_file: Import
) -> None:
    path = tmp_path / "foreign.pt"
    torch.save({"model": network, "extra": Outsider(), "train_args": {"imgsz": 64}}, path)
    code, said, entry = import_file(path)
    assert (code, entry) == (1, None)
    assert "Outsider" in said
    code, said, entry = import_file(path, "--allow-pickle")
    assert (code, said) == (0, "")


def test_weights_without_their_network_are_refused(network: Any, tmp_path: Path, import_file: Import) -> None:
    torch.save({"model": network.state_dict()}, tmp_path / "state.pt")
    code, said, _ = import_file(tmp_path / "state.pt")
    assert code == 1
    assert "holds no network" in said
