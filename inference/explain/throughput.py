"""A graph that scores a great many images: several requests at work at a time, the next one filled meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
import openvino

from domain.errors import ModelError
from inference.backends import Tensor
from inference.backends.openvino import PRECISIONS, require_precision
from inference.backends.processor import require_processor
from inference.zoo import Precision

Read = TypeVar("Read")

#: Images to a request. Of 1, 2, 4, 8 and 16 the quickest for EfficientNetB1 at 224 px with two threads: what a request
#: works on stays in the cache.
BATCH = 2


@dataclass(frozen=True, slots=True)
class Work(Generic[Read]):
    """What to score, and what to make of the answers.

    Attributes:
        images: how many.
        fill: some of them to their tensor, (at most the batch, ...).
        read: outputs by name, first axis by image, to one thing an image; also called for the last, shorter batch.
        done: told how many images more were scored.
    """

    images: int
    fill: Callable[[slice], npt.NDArray[np.float32]]
    read: Callable[[dict[str, Tensor]], list[Read]]
    done: Callable[[int], None] = lambda _: None


class Queue:
    """Runs batches through a graph on the CPU. Not for use by two threads at once.

    Args:
        graph: with one input, first axis by image; it is given the shape of a batch.
        image_shape: of one image as the graph takes it, without the first axis.
        threads: of the processor; each works at a request of its own.
        batch: images to a request.
        precision: "f32", or "bf16", which is quicker where the CPU has it, and another answer.
        name: of the model, for errors.

    Raises:
        ModelError: the graph cannot be compiled, or would be computed in another precision.
        ModelUnavailable: the processor does not have the precision.
    """

    def __init__(
        self,
        graph: openvino.Model,
        image_shape: tuple[int, ...],
        *,
        threads: int = 2,
        batch: int = BATCH,
        precision: Precision = "f32",
        name: str = "",
    ) -> None:
        wanted = PRECISIONS[precision]
        require_processor(precision, subject=name)
        properties = {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": str(threads), "INFERENCE_NUM_THREADS": threads}
        try:
            graph.reshape([batch, *image_shape])
            compiled = openvino.Core().compile_model(graph, "CPU", properties | {"INFERENCE_PRECISION_HINT": wanted})
        except RuntimeError as error:
            raise ModelError("OpenVINO cannot compile the model", subject=name) from error
        require_precision(compiled, wanted, name)
        self._name, self._batch = name, batch
        self._outputs = {alias: index for index, each in enumerate(compiled.outputs) for alias in each.get_names()}
        # One more than can be at work, so that no thread waits while a tensor is filled.
        self._requests = [compiled.create_infer_request() for _ in range(threads + 1)]

    def run(self, work: Work[Read]) -> list[Read]:
        """Return what `work` reads of each image, in their order; raises ModelError where the runtime fails."""
        slices = [slice(start, min(start + self._batch, work.images)) for start in range(0, work.images, self._batch)]
        ahead = len(self._requests)
        found: list[Read] = []
        for index in range(len(slices) + ahead):
            if index >= ahead and index - ahead < len(slices):
                found += self._take(slices[index - ahead], work)
            if index < len(slices):
                self._start(index, work.fill(slices[index]))
        return found

    def _start(self, index: int, tensor: npt.NDArray[np.float32]) -> None:
        request = self._requests[index % len(self._requests)]
        try:
            request.get_input_tensor(0).data[: len(tensor)] = tensor
            request.start_async()
        except RuntimeError as error:
            raise ModelError("the runtime failed", subject=self._name) from error

    def _take(self, which: slice, work: Work[Read]) -> list[Read]:
        request = self._requests[which.start // self._batch % len(self._requests)]
        number = which.stop - which.start
        try:
            request.wait()
            outputs = {
                name: np.array(request.get_output_tensor(index).data[:number], dtype=np.float32)
                for name, index in self._outputs.items()
            }
        except RuntimeError as error:
            raise ModelError("the runtime failed", subject=self._name) from error
        work.done(number)
        return work.read(outputs)
