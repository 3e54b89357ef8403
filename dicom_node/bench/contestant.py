"""A process of its own for each way that is compared, so that its memory and its threads are its own."""

import time
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from dicom_node.bench.process_memory import measure_memory
from dicom_node.bench.runners import IMAGES, Order, open_runner
from dicom_node.child_processes import added_to_environment
from dicom_node.light_openvino import without_conversion
from dicom_node.pipeline.heap import large_pages
from domain.errors import OsteonodeError

#: A way that does not load within this time, or that takes longer for a round, is given up.
_PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Round:
    """What one round took.

    Attributes:
        seconds: an image by network; see `Runner.time_round`.
        cpu_seconds: of the processor an image, on all threads together: what other processes take is not in it.
    """

    seconds: list[float]
    cpu_seconds: float


class Contestant:
    """One way, loaded; between two calls its process waits and does nothing.

    Raises:
        OsteonodeError: it could not be loaded; what it said is on stderr where it is no error of ours.
    """

    def __init__(self, order: Order) -> None:
        context = get_context("spawn")
        self._name = order.way.name
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, order), daemon=True)
        with added_to_environment(large_pages() if order.way.is_ours else {}):  # as a reader process is started
            self._process.start()
        theirs.close()
        try:
            self.answers = self._receive()
        except OsteonodeError:
            self.end()
            raise

    def time_round(self) -> Round:
        """Let every image pass every network once."""
        self._pipe.send(None)
        return Round(*self._receive())

    def measure_rss_mib(self) -> float:
        """Return the resident memory of the process, in MiB."""
        assert self._process.pid is not None
        return measure_memory(self._process.pid).rss_mib

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()

    def _receive(self) -> list[Any]:
        try:
            said = self._pipe.recv() if self._pipe.poll(_PATIENCE_SECONDS) else None
        except (EOFError, OSError):
            said = None
        if isinstance(said, OsteonodeError):
            raise said
        if said is None:
            raise OsteonodeError(f"the process of `{self._name}` ended, or did not answer in {_PATIENCE_SECONDS:g} s")
        return list(said)


def serve(pipe: "Connection[Any, None]", order: Order) -> None:
    """Load an order, send what its networks answer, then the seconds of a round for each message that comes."""
    try:
        with without_conversion() if order.way.is_ours else nullcontext():
            runner = open_runner(order)
    except OsteonodeError as error:
        pipe.send(error)
        return
    pipe.send(runner.answers)
    while True:
        try:
            pipe.recv()
        except (EOFError, ConnectionResetError):
            return
        began = time.process_time()
        seconds = runner.time_round()
        pipe.send((seconds, (time.process_time() - began) / IMAGES))
