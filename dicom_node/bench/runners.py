"""What runs networks in one of the ways, each opened in a fresh process that has nothing else to do."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from dicom_node.bench.contest import Engine, Network, Way
from dicom_node.bench.contest_files import native_file
from dicom_node.bench.contest_models import draw_image, load_graph, load_members, make_input
from dicom_node.pipeline.heap import give_back_what_loading_left, reuse_freed_memory
from dicom_node.pipeline.weights_aside import WeightsAside
from inference.backends import Session, Tensor
from inference.backends.frameworks import load_framework, load_keras
from inference.canvases import Batch, Canvases
from inference.preprocess import Image
from inference.zoo import VerifiedModel
from inference.zoo.manifest import Model

#: Images that go through every network in a round.
IMAGES = 2
_TIMEOUT_SECONDS = 120.0
_SCORE_FLOOR = 0.01

#: Runs a number of images, which are all the same one, and returns what the network says of the last.
Run = Callable[[int], Tensor]


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to open.

    Attributes:
        folder: where the files of the networks lie.
        threads: of the processor.
        bundle: whose members run in the place of the networks, where the way is one of ours: those of the version that
            was validated in the precision of the way.
    """

    way: Way
    networks: tuple[Network, ...]
    folder: Path
    threads: int
    bundle: Path | None = None


class Runner:
    """Networks that are loaded, and run one after the other; the first run of each is part of loading."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self.answers = [run(1) for run in runs]

    def time_round(self) -> list[float]:
        """Return the seconds an image by network."""
        return [_time(partial(run, IMAGES)) / IMAGES for run in self._runs]


def open_runner(order: Order) -> Runner:
    """Load the networks of an order.

    Raises:
        ModelUnavailable: the framework is not installed.
        ModelError: a network cannot be loaded, or would be computed in another precision.
    """
    return _ENGINES[order.way.engine](order)


def _open_keras(order: Order) -> Runner:
    return _load_keras(order, lambda batch: [batch])


def _open_keras_singly(order: Order) -> Runner:
    return _load_keras(order, lambda batch: [image[None] for image in batch])


def _load_keras(order: Order, divide: Callable[[Batch], list[Batch]]) -> Runner:
    """Load the networks in Keras; `divide` says what of a batch goes into one call."""
    keras, threading = load_keras(), load_framework("tensorflow").config.threading
    # It warns that six models are six graphs.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with suppress(RuntimeError):  # it has started with another number
        threading.set_intra_op_parallelism_threads(order.threads)

    def load(network: Network) -> Run:
        model = keras.saving.load_model(native_file(order.folder, network), compile=False)
        calls = divide(make_input(network))
        return _repeat(lambda: [model.predict(call, verbose=0) for call in calls][-1])

    return Runner([load(network) for network in order.networks])


def _open_ultralytics(order: Order) -> Runner:
    ultralytics, torch = load_framework("ultralytics", "torch"), load_framework("torch")
    picture = np.repeat(np.rint(draw_image() * 255).astype(np.uint8)[:, :, None], 3, axis=2)

    def load(network: Network) -> Run:
        model = ultralytics.YOLO(native_file(order.folder, network), task="detect")

        def predict() -> Tensor:
            torch.set_num_threads(order.threads)  # ultralytics takes one less than there are
            found = model.predict(picture, imgsz=network.side_px, device="cpu", verbose=False)
            return np.asarray(found[0].boxes.data.numpy(), dtype=np.float32)

        return _repeat(predict)

    return Runner([load(network) for network in order.networks])


def _open_openvino(order: Order) -> Runner:
    return _settle(Runner(_load_sessions(order)))


def _load_sessions(order: Order) -> list[Run]:
    from inference.backends.openvino import OpenVinoBackend

    backend = OpenVinoBackend(order.threads, put_aside=WeightsAside(order.folder))
    image = draw_image()

    def load(model: VerifiedModel) -> Run:
        # Nothing below holds the model, whose bytes would count as memory of the runtime.
        session, entry, output = backend.compile(model), model.entry, model.output_names[0]
        if output == "yolo":
            return _repeat(lambda: _find_boxes(session, entry, image))
        batch, _ = Canvases(image).make(entry.input)
        return _repeat(lambda: session.run(batch, _TIMEOUT_SECONDS)[output])

    return [load(model) for model in _load_models(order)]


def _find_boxes(session: Session, entry: Model, image: Image) -> Tensor:
    """Do all that `predict` does: the canvas, the network, and what is left when overlapping boxes are suppressed."""
    from inference.yolo_boxes import decode_yolo

    batch, _ = Canvases(image).make(entry.input)
    corners, _, _ = decode_yolo(session.run(batch, _TIMEOUT_SECONDS)["yolo"][0], _SCORE_FLOOR)
    return np.asarray(corners, dtype=np.float32)


def _open_requests(order: Order) -> Runner:
    image = draw_image()
    return _settle(Runner([_load_queue(model, image, order.threads) for model in _load_models(order)]))


def _settle(runner: Runner) -> Runner:
    """Give back what loading left, as a reader process does before its first image."""
    give_back_what_loading_left()
    return runner


def _load_queue(model: VerifiedModel, image: Image, threads: int) -> Run:
    from inference.explain.throughput import Queue, Work

    batch, _ = Canvases(image).make(model.entry.input)
    graph = load_framework("openvino").Core().read_model(model=model.content("xml"), weights=model.content("bin"))
    queue = Queue(
        graph,
        batch.shape[1:],
        threads=threads,
        batch=len(batch),
        precision=model.entry.precision,
        name=model.name,
    )
    output = model.output_names[0]

    def run(images: int) -> Tensor:
        work = Work(images * len(batch), lambda _: batch, lambda said: [said[output]])
        return queue.run(work)[-1]

    return run


def _load_models(order: Order) -> Iterator[VerifiedModel]:
    """Load one model after the other; the heap is kept as a reader process keeps it."""
    reuse_freed_memory()
    if order.bundle:
        yield from load_members(order.bundle, order.way.precision)
        return
    for network in order.networks:
        yield load_graph(order.folder, network, order.way.precision)


def _repeat(step: Callable[[], Tensor]) -> Run:
    def run(images: int) -> Tensor:
        answer = step()
        for _ in range(images - 1):
            answer = step()
        return answer

    return run


def _time(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


_ENGINES: Mapping[Engine, Callable[[Order], Runner]] = {
    "keras": _open_keras,
    "keras-singly": _open_keras_singly,
    "ultralytics": _open_ultralytics,
    "openvino": _open_openvino,
    "openvino-requests": _open_requests,
}
