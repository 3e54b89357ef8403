"""An exported graph says what the network says, and nothing is left of one that does not."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from inference.backends.frameworks import load_framework
from inference.training.yolo.export import OUTPUT, SUFFIXES, compile_graph, export_network
from inference.yolo_boxes import decode_yolo
from tests.models.training.yolo.conftest import Run

if find_spec("ultralytics") is None:  # loading it here would look for a network
    pytest.skip("needs the extra `models`", allow_module_level=True)

FLOOR = 0.3


def canvases() -> np.ndarray:
    return np.random.default_rng(1).random((2, 3, 64, 64), dtype=np.float32)


def test_a_graph_that_does_not_agree_is_refused_and_removed(wrists: Run, tmp_path: Path) -> None:
    best = wrists.folder / "training" / "weights" / "best.pt"
    graph = export_network(wrists.recipe, best, tmp_path / "good", canvases())
    assert {path.suffix for path in (tmp_path / "good").iterdir()} == set(SUFFIXES)
    other = wrists.recipe.model_copy(update={"classes": wrists.recipe.classes[:5]})
    with pytest.raises(ValueError, match=r"the output is \(2, 13, 84\), not \(2, 9, 84\)"):
        export_network(other, best, tmp_path / "bad", canvases())
    assert not list((tmp_path / "bad").iterdir())
    assert graph.is_file()


def test_boxes_decoded_without_ultralytics_are_those_that_it_finds(wrists: Run, tmp_path: Path) -> None:
    """Scores of an untrained network are too low to find anything with; they are raised alike for both."""
    torch = load_framework("torch")
    non_max_suppression = load_framework("ultralytics.utils.nms", "torch").non_max_suppression

    output = compile_graph(wrists.folder / "yolov8-grazpedwri.xml")({"image": canvases()})[OUTPUT]
    scores = output[:, 4:]
    output[:, 4:] = (scores - scores.min()) / (scores.max() - scores.min())
    theirs = non_max_suppression(torch.from_numpy(output.copy()), conf_thres=FLOOR, iou_thres=0.45, multi_label=True)
    for image, expected in zip(output, theirs, strict=True):
        boxes, sure, classes = decode_yolo(image, FLOOR)
        found = sorted(zip(classes.tolist(), sure.tolist(), boxes.tolist(), strict=True), reverse=True)
        wanted = sorted(((int(row[5]), float(row[4]), row[:4].tolist()) for row in expected), reverse=True)
        assert len(found) == len(wanted) > 0
        for one, other in zip(found, wanted, strict=True):
            assert one[0] == other[0]
            assert one[1] == pytest.approx(other[1], abs=1e-6)
            assert one[2] == pytest.approx(other[2], abs=1e-3)
