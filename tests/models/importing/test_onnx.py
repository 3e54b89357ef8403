from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.importing.onnx_source import read_yolo_metadata
from tests.models.importing.conftest import Import

pytest.importorskip("onnxruntime", reason="needs the extra `models`")
torch = pytest.importorskip("torch", reason="needs the extra `models`")
# Torch is to lose the way in which the test exports.
pytestmark = pytest.mark.filterwarnings(
    "ignore:You are using the legacy TorchScript:DeprecationWarning",
    "ignore:The feature will be removed:DeprecationWarning",
)

OPTIONS = ["--task", "region", "--classes", "hand,leg,hip", "--range", "imagenet-torch", "--preprocess", "letterbox"]


class Regions(torch.nn.Module):
    """Three logits of a 64 px image."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.convolution = torch.nn.Conv2d(3, 4, 5, 4)
        self.dense = torch.nn.Linear(4, 3)

    def forward(self, image: Any) -> Any:
        return self.dense(torch.relu(self.convolution(image)).mean((2, 3)))


def test_a_network_exported_by_torch_is_taken_and_gets_its_softmax(tmp_path: Path, import_file: Import) -> None:
    path = tmp_path / "regions.onnx"
    torch.onnx.export(Regions().eval(), (torch.zeros(1, 3, 64, 64),), str(path), dynamo=False)
    code, said, entry = import_file(path, *OPTIONS, "--float16")
    assert (code, said) == (0, "")
    assert (entry.input.side_px, entry.input.layout, entry.input.channels) == (64, "nchw", 3)
    assert set(entry.outputs) == {"region"}
    assert entry.metrics["parity"]["float16_weights"]["region"] < 0.01


def test_an_export_that_left_a_constant_behind_is_refused(tmp_path: Path, import_file: Import) -> None:
    import onnx
    from onnx import TensorProto, helper

    inputs = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 64, 64]),
        helper.make_tensor_value_info("normalization_1/Sub/y:0", TensorProto.FLOAT, [1]),
    ]
    outputs = [helper.make_tensor_value_info("less", TensorProto.FLOAT, [1, 3, 64, 64])]
    graph = helper.make_graph([helper.make_node("Sub", [each.name for each in inputs], ["less"])], "g", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, tmp_path / "broken.onnx")
    code, said, _ = import_file(tmp_path / "broken.onnx", *OPTIONS)
    assert code == 1
    assert "2 inputs (image, normalization_1/Sub/y:0" in said


def test_a_file_that_is_no_graph_is_told_so(tmp_path: Path, import_file: Import) -> None:
    (tmp_path / "noise.onnx").write_bytes(np.random.default_rng(1).bytes(200))
    code, said, _ = import_file(tmp_path / "noise.onnx", *OPTIONS)
    assert code == 1
    assert "ONNX Runtime cannot read it" in said


def test_what_a_yolo_export_says_of_itself_is_read() -> None:
    metadata = {"task": "detect", "names": "{0: 'fracture', 1: 'metal'}", "imgsz": "[640, 640]"}
    answers = read_yolo_metadata(metadata)
    assert (answers["classes"], answers["side_px"], answers["task"]) == ("fracture,metal", "640", "detector")
    assert read_yolo_metadata(metadata | {"names": "__import__('os')"}) == {}
