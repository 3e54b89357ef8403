"""SavedModel folders of TensorFlow. One is a program: operations that touch files or call Python are refused."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import openvino

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.frameworks import load_framework
from inference.importing.graph import convert_file, find_endings, require_one_input
from inference.importing.keras_source import require_square
from inference.importing.outputs import Head, RawOutput
from inference.importing.questions import Found
from inference.zoo.manifest import BackendName

#: Operations that no radiograph needs.
_DANGEROUS = {"EagerPyFunc", "PyFunc", "PyFuncStateless", "ReadFile", "WriteFile", "MatchingFiles", "LoadLibrary"}
_SIGNATURE = "serving_default"


class SavedModelSource:
    """A SavedModel with one input, by its signature `serving_default`.

    Args:
        is_trusted: whether it may touch files or call Python.

    Raises:
        ModelError: it is none, or touches files, or has more inputs than one.
        ModelUnavailable: TensorFlow is not installed.
    """

    backends: tuple[BackendName, ...] = ("openvino",)

    def __init__(self, path: Path, *, is_trusted: bool = False) -> None:
        self._tensorflow = load_framework("tensorflow")
        self._path = path
        if not is_trusted:
            _require_harmless(path)
        try:
            self._loaded = self._tensorflow.saved_model.load(str(path))
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError("TensorFlow cannot load it as a SavedModel") from error
        self._signature = self._loaded.signatures.get(_SIGNATURE)
        if self._signature is None:
            raise ModelError(f"it has no signature {_SIGNATURE!r}: export it again, model.export('folder')")
        self.framework = f"TensorFlow {self._tensorflow.__version__}"
        self.found = self._look()

    def predict(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return every output of the signature by name (see `Source.predict`)."""
        answer = self._signature(**{self.found.input_name: self._tensorflow.constant(batch)})
        return {name: np.asarray(tensor.numpy()) for name, tensor in answer.items()}

    def convert(self, side_px: int | None = None) -> openvino.Model:
        """Return the graph of the folder; raises ModelError where OpenVINO lacks an operation."""
        return convert_file(self._path)

    def write_native(self, stem: Path, heads: Sequence[Head]) -> tuple[Path, ...]:
        """Raise ModelError: Keras does not load a SavedModel."""
        raise ModelError("a SavedModel is served by OpenVINO: leave --backend out, or import the .keras file")

    def _look(self) -> Found:
        (_, inputs) = self._signature.structured_input_signature
        if len(inputs) != 1:
            raise ModelError(f"it has {len(inputs)} inputs ({', '.join(sorted(inputs)[:3])}), where an image is one")
        ((name, spec),) = inputs.items()
        shape = tuple(spec.shape) if spec.shape.rank == 4 else ()
        if not shape or spec.dtype != self._tensorflow.float32:
            raise ModelError(f"it takes {spec.dtype.name} {spec.shape}, and an image is float32 (N, h, w, c)")
        require_square(shape)
        layout: Literal["nchw", "nhwc"] = "nhwc" if shape[3] in (1, 3, None) else "nchw"
        side, channels = (shape[1], shape[3]) if layout == "nhwc" else (shape[2], shape[1])
        said = {"side_px": side, "channels": channels}
        return Found(
            kind="SavedModel of TensorFlow",
            input_name=name,
            layout=layout,
            outputs=self._outputs(),
            values={key: str(value) for key, value in said.items() if value is not None},
        )

    def _outputs(self) -> tuple[RawOutput, ...]:
        graph = self.convert()
        require_one_input(graph, subject=self._path.name)
        endings = find_endings(graph)
        return tuple(
            RawOutput(name, tuple(spec.shape), endings.get(name))
            for name, spec in self._signature.structured_outputs.items()
        )


def _require_harmless(path: Path) -> None:
    """Raise ModelError where a SavedModel has operations that touch files or call Python."""
    proto = load_framework("tensorflow.core.protobuf.saved_model_pb2").SavedModel()
    try:
        proto.ParseFromString((path / "saved_model.pb").read_bytes())
    except (OSError, load_framework("google.protobuf.message").DecodeError) as error:
        raise ModelError("its saved_model.pb cannot be read") from error
    found = sorted(_operations(proto) & _DANGEROUS)
    if found:
        raise ModelError(
            f"it has operations that touch files or run code ({', '.join(found)}): --allow-pickle if you trust it"
        )


def _operations(proto: Any) -> set[str]:
    graphs = [meta.graph_def for meta in proto.meta_graphs]
    nodes = [node for graph in graphs for node in graph.node]
    nodes += [node for graph in graphs for function in graph.library.function for node in function.node_def]
    return {node.op for node in nodes}
