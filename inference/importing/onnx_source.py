"""ONNX files, answered by ONNX Runtime and converted by OpenVINO."""

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import openvino

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.frameworks import load_framework, require_frameworks
from inference.importing.graph import convert_file, find_endings
from inference.importing.keras_source import require_square
from inference.importing.outputs import Head, RawOutput
from inference.importing.questions import Found
from inference.zoo.manifest import BackendName


class OnnxSource:
    """An ONNX graph with one input.

    Raises:
        ModelError: it is no ONNX file that can be read, or has more inputs than one.
        ModelUnavailable: onnx or onnxruntime is not installed.
    """

    backends: tuple[BackendName, ...] = ("openvino",)

    def __init__(self, path: Path) -> None:
        require_frameworks("onnx")
        runtime = load_framework("onnxruntime")
        self._path = path
        try:
            self._session = runtime.InferenceSession(str(path), _quiet(runtime), providers=["CPUExecutionProvider"])
        except _errors() as error:
            raise ModelError("ONNX Runtime cannot read it") from error
        self.framework = f"ONNX Runtime {runtime.__version__}"
        self.found = self._look()

    def predict(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return every output by name (see `Source.predict`)."""
        names = [each.name for each in self._session.get_outputs()]
        return dict(zip(names, map(np.asarray, self._session.run(names, {self.found.input_name: batch})), strict=True))

    def convert(self, side_px: int | None = None) -> openvino.Model:
        """Return the graph; raises ModelError where OpenVINO lacks an operation."""
        return convert_file(self._path)

    def write_native(self, stem: Path, heads: Sequence[Head]) -> tuple[Path, ...]:
        """Raise ModelError: ONNX is served by OpenVINO."""
        raise ModelError("ONNX is served by OpenVINO: leave --backend out")

    def _look(self) -> Found:
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            names = ", ".join(each.name for each in inputs[:3])
            raise ModelError(
                f"it has {len(inputs)} inputs ({names}, ...), where an image is one: the export left constants behind. "
                "Export it again; a Keras model as .keras"
            )
        shape = tuple(each if isinstance(each, int) else None for each in inputs[0].shape)
        if len(shape) != 4 or inputs[0].type != "tensor(float)":
            raise ModelError(f"it takes {inputs[0].type} {inputs[0].shape}, and an image is float32 (N, c, h, w)")
        require_square(shape)
        metadata = self._session.get_modelmeta().custom_metadata_map
        return Found(
            kind=f"ONNX file{f' of {producer}' if (producer := self._session.get_modelmeta().producer_name) else ''}",
            input_name=inputs[0].name,
            layout=_layout(shape),
            outputs=self._outputs(),
            fixed=frozenset(_image(shape)),
            values=_image(shape) | read_yolo_metadata(metadata),
        )

    def _outputs(self) -> tuple[RawOutput, ...]:
        endings = find_endings(self.convert())
        return tuple(
            RawOutput(
                each.name,
                tuple(side if isinstance(side, int) else None for side in each.shape),
                endings.get(each.name),
            )
            for each in self._session.get_outputs()
        )


def read_yolo_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return what ultralytics writes into the files that it exports: task, classes, side and how it feeds them."""
    if metadata.get("task") != "detect" or "names" not in metadata:
        return {}
    try:
        names, sides = ast.literal_eval(metadata["names"]), ast.literal_eval(metadata.get("imgsz", "[]"))
    except (ValueError, SyntaxError):
        return {}
    side = {"side_px": str(sides[0])} if sides and len(set(sides)) == 1 else {}
    return yolo_answers([str(names[key]) for key in sorted(names)]) | side


def yolo_answers(names: Sequence[str]) -> dict[str, str]:
    """Return the answers that hold for every YOLO model of ultralytics."""
    return {
        "task": "detector",
        "range": "0..1",
        "channel_order": "rgb",
        "preprocess": "letterbox",
        "classes": ",".join(name.replace(",", " ") for name in names),
    }


def _layout(shape: Sequence[int | None]) -> Literal["nchw", "nhwc"]:
    return "nhwc" if shape[3] in (1, 3) and shape[1] not in (1, 3) else "nchw"


def _image(shape: Sequence[int | None]) -> dict[str, str]:
    channels, side = (shape[3], shape[1]) if _layout(shape) == "nhwc" else (shape[1], shape[2])
    said = {"channels": channels, "side_px": side}
    return {key: str(value) for key, value in said.items() if value is not None}


def _errors() -> tuple[type[Exception], ...]:
    """Return what ONNX Runtime raises: its errors have no class in common."""
    state = load_framework("onnxruntime.capi.onnxruntime_pybind11_state")
    return state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf, state.NotImplemented, OSError


def _quiet(runtime: Any) -> Any:
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    return options
