"""YOLO detectors of ultralytics: `.pt`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.frameworks import load_framework
from inference.backends.ultralytics import load_checkpoint, network_of
from inference.importing.onnx_source import yolo_answers
from inference.importing.outputs import Head, RawOutput
from inference.importing.questions import Found
from inference.zoo.manifest import BackendName


class YoloSource:
    """A YOLO detector.

    Args:
        is_trusted: whether code in the pickle may run; without that, one that names any is refused.

    Raises:
        ModelError: it is no YOLO detector, or has code in it.
        ModelUnavailable: ultralytics or torch is not installed.
    """

    backends: tuple[BackendName, ...] = ("openvino", "ultralytics")

    def __init__(self, path: Path, *, is_trusted: bool = False) -> None:
        self._torch = load_framework("torch")
        self._version = load_framework("ultralytics", "torch").__version__
        self.framework = f"ultralytics {self._version}, torch {self._torch.__version__}"
        checkpoint = load_checkpoint(path, subject=path.name, is_trusted=is_trusted)
        self._unfused = _copy(checkpoint)
        self._network = network_of(checkpoint, subject=path.name)
        self._head = _detector_head(self._network)
        self.found = self._look(checkpoint)

    def predict(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return boxes and scores (N, 4 + classes, places), as `yolo predict` has them before it suppresses any."""
        with self._torch.inference_mode():
            answer = self._network(self._torch.from_numpy(batch))
        return {"yolo": np.asarray((answer[0] if isinstance(answer, tuple) else answer).numpy())}

    def convert(self, side_px: int | None = None) -> openvino.Model:
        """Return the graph, traced at one side: its anchors are constants of that."""
        side = side_px or 640
        example = self._torch.zeros(1, 3, side, side)
        self._head.export, self._head.format = True, "openvino"
        try:
            with self._torch.inference_mode():
                self._network(example)  # makes the anchors, which tracing then keeps
                return openvino.convert_model(self._network, example_input=example, input=[-1, 3, side, side])
        except (RuntimeError, TypeError, ValueError) as error:
            raise ModelError("OpenVINO cannot convert it; --backend ultralytics serves it as it is") from error
        finally:
            self._head.export = False

    def write_native(self, stem: Path, heads: Sequence[Head]) -> tuple[Path, ...]:
        """Write `stem`.pt: the network alone, without what its training left, readable without running code."""
        path = stem.with_name(f"{stem.name}.pt")
        self._torch.save({"model": self._unfused, "train_args": {}}, path)
        return (path,)

    def _look(self, checkpoint: Mapping[str, Any]) -> Found:
        names = self._network.names
        side = _side(checkpoint)
        classes = [str(names[index]) for index in sorted(names)] if isinstance(names, dict) else list(map(str, names))
        return Found(
            kind=f"YOLO detector of ultralytics{_version(checkpoint)}",
            input_name="images",
            layout="nchw",
            outputs=(RawOutput("yolo", (None, 4 + len(classes), None)),),
            fixed=frozenset({"channels"}),
            values=yolo_answers(classes) | {"channels": "3"} | ({"side_px": str(side)} if side else {}),
        )


def _copy(checkpoint: Mapping[str, Any]) -> Any:
    """Return the network before its batch norms are folded in, which the restricted loader knows how to read."""
    from copy import deepcopy

    return deepcopy(checkpoint.get("ema") or checkpoint.get("model"))


def _detector_head(network: Any) -> Any:
    layers = getattr(network, "model", None)
    head = layers[-1] if layers is not None and len(layers) else None
    if type(head).__name__ != "Detect":
        raise ModelError(f"it ends in {type(head).__name__}; only detectors (boxes) are supported")
    if getattr(head, "end2end", False):
        raise ModelError("it suppresses overlapping boxes itself; export it with end2end off")
    return head


def _side(checkpoint: Mapping[str, Any]) -> int | None:
    """Return the side that it was trained at, if the checkpoint still says so."""
    arguments = checkpoint.get("train_args") or {}
    said = arguments.get("imgsz") if isinstance(arguments, Mapping) else None
    side = max(said) if isinstance(said, list | tuple) else said
    return int(side) if isinstance(side, int | float) else None


def _version(checkpoint: Mapping[str, Any]) -> str:
    version = checkpoint.get("version")
    return f" {version}" if isinstance(version, str) else ""
