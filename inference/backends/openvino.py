"""OpenVINO on the CPU, at the precision that a model's entry names, wherever it runs.

Left alone the CPU plugin takes bfloat16 where the processor has it, so one file gives different probabilities in
different hospitals. The precision is therefore set, and read back from the compiled model.
"""

import time
from collections.abc import Callable, Collection, Mapping
from mmap import MADV_DONTNEED, mmap

import numpy as np
import openvino

from domain.errors import DeadlineExceeded, ModelError
from inference.backends import Tensor
from inference.backends.processor import list_capabilities, require_processor
from inference.zoo import VerifiedModel

#: What is computed in where the graph itself does not say eight bits.
PRECISIONS = {"f32": openvino.Type.f32, "bf16": openvino.Type.bf16, "int8": openvino.Type.bf16}

#: Precisions whose compiled models look at none of the weights again that they were made of; in f32 they do.
_LEAVES_WEIGHTS = frozenset({"bf16", "int8"})

#: Returns a private map of a copy of weights, or None: then they stay in memory.
PutAside = Callable[[bytes], mmap | None]


class OpenVinoSession:
    """One compiled model and a request for each entry of a batch: not for use by two threads at once.

    Entries run side by side, each on its share of the threads. As one batch the threads would have to wait for each
    other after every layer: 5 to 10 % slower on a quiet machine, and half as fast beside other work.

    Args:
        aside: what the weights are mapped from; `compiled` points into it, and does not keep it.
    """

    def __init__(
        self,
        compiled: openvino.CompiledModel,
        outputs: tuple[str, ...],
        name: str,
        entries: int,
        aside: mmap | None = None,
    ) -> None:
        self._compiled = compiled
        self._entries = entries
        self._outputs = outputs
        self._name = name
        self._requests = self._open_requests()
        self._aside = aside
        if aside is not None:
            aside.madvise(MADV_DONTNEED)

    def run(self, batch: Tensor, timeout_seconds: float) -> Mapping[str, Tensor]:
        """Return copies of the named outputs (see `Session.run`)."""
        try:
            if not self._run(batch, time.monotonic() + timeout_seconds):
                raise DeadlineExceeded(f"no answer within {timeout_seconds:g} s", subject=self._name)
        except RuntimeError as error:
            self._give_up()
            raise ModelError("the runtime failed on this image", subject=self._name) from error
        except DeadlineExceeded:
            self._give_up()
            raise
        return {name: self._collect(name) for name in self._outputs}

    def _open_requests(self) -> list[openvino.InferRequest]:
        return [self._compiled.create_infer_request() for _ in range(self._entries)]

    def _give_up(self) -> None:
        """Cancel the requests and take new ones: a cancelled one stays cancelled, and may still be at work."""
        for request in self._requests:
            request.cancel()
        self._requests = self._open_requests()

    def _run(self, batch: Tensor, until: float) -> bool:
        """Return whether all requests have answered by then (monotonic clock)."""
        for request, entry in zip(self._requests, batch, strict=True):
            request.start_async([np.ascontiguousarray(entry[None])])
        return all(request.wait_for(max(0, round((until - time.monotonic()) * 1000))) for request in self._requests)

    def _collect(self, name: str) -> Tensor:
        said = [request.get_tensor(name).data for request in self._requests]
        return np.concatenate(said).astype(np.float32, copy=False)


class OpenVinoBackend:
    """Compiles models for the CPU without a cache on disk.

    Args:
        threads: inference threads of each model.
        capabilities: tells what the processor has.
        put_aside: where weights go that are not looked at again; by default they stay in memory.
    """

    def __init__(
        self,
        threads: int,
        capabilities: Callable[[], Collection[str]] = list_capabilities,
        put_aside: PutAside | None = None,
    ) -> None:
        self._core = openvino.Core()
        self._put_aside = put_aside
        self._capabilities = capabilities
        self._threads = threads

    def compile(self, model: VerifiedModel) -> OpenVinoSession:
        """Compile a model for the batch of one image; raises ModelError (see `Backend.compile`)."""
        return self.compile_outputs(model, model.output_names)

    def compile_outputs(self, model: VerifiedModel, outputs: tuple[str, ...]) -> OpenVinoSession:
        """Compile the graph of a model for outputs that another runtime takes up; raises ModelError."""
        precision = PRECISIONS[model.entry.precision]
        require_processor(model.entry.precision, subject=model.name, capabilities=self._capabilities)
        aside = self._map_weights(model)
        try:
            graph = self._read(model, aside)
            entries, *shape = model.entry.input.shape
            graph.reshape({model.input_name: [1, *shape]})
            compiled = self._core.compile_model(
                graph, "CPU", self._share_threads(entries) | {"INFERENCE_PRECISION_HINT": precision}
            )
        except RuntimeError as error:
            raise ModelError("OpenVINO cannot compile the model", subject=model.name) from error
        require_precision(compiled, precision, model.name)
        found = {name for output in compiled.outputs for name in output.get_names()}
        missing = sorted(set(outputs) - found)
        if missing:
            raise ModelError(f"the model has no output named {', '.join(missing)}", subject=model.name)
        return OpenVinoSession(compiled, outputs, model.name, entries, aside)

    def _map_weights(self, model: VerifiedModel) -> mmap | None:
        weights = model.content("bin")
        if self._put_aside is None or model.entry.precision not in _LEAVES_WEIGHTS or not weights:
            return None
        return self._put_aside(weights)

    def _read(self, model: VerifiedModel, aside: mmap | None) -> openvino.Model:
        if aside is None:
            return self._core.read_model(model=model.content("xml"), weights=model.content("bin"))
        mapped = openvino.Tensor(np.frombuffer(aside, dtype=np.uint8), shared_memory=True)
        return self._core.read_model(model=model.content("xml").decode("utf-8"), weights=mapped)

    def _share_threads(self, entries: int) -> dict[str, object]:
        """Return the properties that run the entries of a batch side by side, each on its share of the threads."""
        return {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": str(min(entries, self._threads)),
            "INFERENCE_NUM_THREADS": self._threads,
        }


def require_precision(compiled: openvino.CompiledModel, wanted: openvino.Type, name: str) -> None:
    """Raise ModelError unless the compiled model runs at the wanted precision."""
    precision = compiled.get_property("INFERENCE_PRECISION_HINT")
    if precision != wanted:
        raise ModelError(f"the runtime would compute in {precision}, not in {wanted}", subject=name)
