"""OpenVINO on the CPU, at float32 wherever it runs.

Left alone the CPU plugin takes bfloat16 where the processor has it, so one file gives different probabilities in
different hospitals. The precision is therefore set, and read back from the compiled model.
"""

from collections.abc import Mapping

import numpy as np
import openvino

from domain.errors import ModelError
from inference.backends import Tensor
from inference.zoo import VerifiedModel

PRECISION = openvino.Type.f32


class OpenVinoSession:
    """One compiled model and its one request: not for use by two threads at once."""

    def __init__(self, compiled: openvino.CompiledModel, outputs: tuple[str, ...], name: str) -> None:
        self._request = compiled.create_infer_request()
        self._outputs = outputs
        self._name = name

    def run(self, batch: Tensor) -> Mapping[str, Tensor]:
        """Return copies of the named outputs; raises ModelError when the runtime fails."""
        try:
            self._request.infer([np.ascontiguousarray(batch)])
        except RuntimeError as error:
            raise ModelError("the runtime failed on this image", subject=self._name) from error
        return {name: np.array(self._request.get_tensor(name).data, dtype=np.float32) for name in self._outputs}


class OpenVinoBackend:
    """Compiles models for the CPU without a cache on disk.

    Args:
        threads: inference threads of each model.
    """

    def __init__(self, threads: int) -> None:
        self._core = openvino.Core()
        self._properties = {
            "INFERENCE_PRECISION_HINT": PRECISION,
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": threads,
        }

    def compile(self, model: VerifiedModel, batch_shape: tuple[int, int, int, int]) -> OpenVinoSession:
        """Compile a model for one batch shape; raises ModelError (see `Backend.compile`)."""
        try:
            graph = self._core.read_model(model=model.graph, weights=model.weights)
            graph.reshape({model.input_name: list(batch_shape)})
            compiled = self._core.compile_model(graph, "CPU", self._properties)
        except RuntimeError as error:
            raise ModelError("OpenVINO cannot compile the model", subject=model.name) from error
        require_precision(compiled, model.name)
        found = {name for output in compiled.outputs for name in output.get_names()}
        missing = sorted(set(model.output_names) - found)
        if missing:
            raise ModelError(f"the model has no output named {', '.join(missing)}", subject=model.name)
        return OpenVinoSession(compiled, model.output_names, model.name)


def require_precision(compiled: openvino.CompiledModel, name: str) -> None:
    """Raise ModelError unless the compiled model runs at `PRECISION`."""
    precision = compiled.get_property("INFERENCE_PRECISION_HINT")
    if precision != PRECISION:
        raise ModelError(f"the runtime would compute in {precision}, not in {PRECISION}", subject=name)
