"""OpenVINO on the CPU, at the precision that a model's entry names, wherever it runs.

Left alone the CPU plugin takes bfloat16 where the processor has it, so one file gives different probabilities in
different hospitals. The precision is therefore set, and read back from the compiled model.
"""

from collections.abc import Callable, Collection, Mapping

import numpy as np
import openvino

from domain.errors import DeadlineExceeded, ModelError
from inference.backends import Tensor
from inference.backends.processor import list_capabilities, require_processor
from inference.zoo import VerifiedModel

PRECISIONS = {"f32": openvino.Type.f32, "bf16": openvino.Type.bf16}


class OpenVinoSession:
    """One compiled model and its one request: not for use by two threads at once."""

    def __init__(self, compiled: openvino.CompiledModel, outputs: tuple[str, ...], name: str) -> None:
        self._compiled = compiled
        self._request = compiled.create_infer_request()
        self._outputs = outputs
        self._name = name

    def run(self, batch: Tensor, timeout_seconds: float) -> Mapping[str, Tensor]:
        """Return copies of the named outputs (see `Session.run`)."""
        try:
            self._request.start_async([np.ascontiguousarray(batch)])
            if not self._request.wait_for(round(timeout_seconds * 1000)):
                self._request.cancel()
                # A cancelled request stays cancelled, and may still be at work.
                self._request = self._compiled.create_infer_request()
                raise DeadlineExceeded(f"no answer within {timeout_seconds:g} s", subject=self._name)
        except RuntimeError as error:
            raise ModelError("the runtime failed on this image", subject=self._name) from error
        return {name: np.array(self._request.get_tensor(name).data, dtype=np.float32) for name in self._outputs}


class OpenVinoBackend:
    """Compiles models for the CPU without a cache on disk.

    Args:
        threads: inference threads of each model.
        capabilities: tells what the processor has.
    """

    def __init__(self, threads: int, capabilities: Callable[[], Collection[str]] = list_capabilities) -> None:
        self._core = openvino.Core()
        self._capabilities = capabilities
        self._properties = {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": threads,
        }

    def compile(self, model: VerifiedModel) -> OpenVinoSession:
        """Compile a model for the batch of one image; raises ModelError (see `Backend.compile`)."""
        return self.compile_outputs(model, model.output_names)

    def compile_outputs(self, model: VerifiedModel, outputs: tuple[str, ...]) -> OpenVinoSession:
        """Compile the graph of a model for outputs that another runtime takes up; raises ModelError."""
        precision = PRECISIONS[model.entry.precision]
        require_processor(model.entry.precision, subject=model.name, capabilities=self._capabilities)
        try:
            graph = self._core.read_model(model=model.content("xml"), weights=model.content("bin"))
            graph.reshape({model.input_name: list(model.entry.input.shape)})
            compiled = self._core.compile_model(
                graph, "CPU", self._properties | {"INFERENCE_PRECISION_HINT": precision}
            )
        except RuntimeError as error:
            raise ModelError("OpenVINO cannot compile the model", subject=model.name) from error
        require_precision(compiled, precision, model.name)
        found = {name for output in compiled.outputs for name in output.get_names()}
        missing = sorted(set(outputs) - found)
        if missing:
            raise ModelError(f"the model has no output named {', '.join(missing)}", subject=model.name)
        return OpenVinoSession(compiled, outputs, model.name)


def require_precision(compiled: openvino.CompiledModel, wanted: openvino.Type, name: str) -> None:
    """Raise ModelError unless the compiled model runs at the wanted precision."""
    precision = compiled.get_property("INFERENCE_PRECISION_HINT")
    if precision != wanted:
        raise ModelError(f"the runtime would compute in {precision}, not in {wanted}", subject=name)
