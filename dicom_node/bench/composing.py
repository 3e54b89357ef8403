"""Composition measured inside a process of its own, on one core: seconds a document, and the memory it takes."""

import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from dicom_node.bench.compose_workload import ReadFiles, load
from dicom_node.bench.process_memory import forget_peak_memory, measure_peak_memory_mib
from dicom_node.pipeline.heap import give_back_freed_memory
from domain.document import Document


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one composition: all of it, by the clock and of the processor, and its documents in their order."""

    whole: float
    processor: float
    documents: dict[str, float]


@dataclass(frozen=True, slots=True)
class Footprint:
    """The memory of one composition, in MiB.

    Attributes:
        peak_mib: the most that the process had resident meanwhile.
        documents_mib: what the finished documents hold.
    """

    images: int
    peak_mib: float
    documents_mib: float


def time_compositions(files: Sequence[ReadFiles], rounds: int) -> list[Timed]:
    """Compose a study `rounds` times in a fresh process on one core; a first time warms up and does not count."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_stay_on_one_core) as pool:
        return pool.submit(_compose_again_and_again, files, rounds).result()[1:]


def measure_footprint(files: Sequence[ReadFiles]) -> Footprint:
    """Compose a study in a fresh process on one core, and its first image before, so that everything is loaded."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_stay_on_one_core) as pool:
        return pool.submit(_weigh, files).result()


def _stay_on_one_core() -> None:
    import cv2

    from reporting.compose import prepare

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    give_back_freed_memory()  # as the node does
    prepare()


def _compose_again_and_again(files: Sequence[ReadFiles], rounds: int) -> list[Timed]:
    return [_time_one(files) for _ in range(1 + rounds)]


def _time_one(files: Sequence[ReadFiles]) -> Timed:
    from reporting.compose import compose

    seconds: dict[str, float] = {}
    numbers: Counter[str] = Counter()
    arguments, processor = load(files), time.process_time()
    began = last = time.perf_counter()

    def note(document: Document) -> None:
        nonlocal last
        now = time.perf_counter()
        numbers[document.kind] += 1
        seconds[f"{document.kind} {numbers[document.kind]}"] = now - last
        last = now

    compose(*arguments, made=note)
    return Timed(time.perf_counter() - began, time.process_time() - processor, seconds)


def _weigh(files: Sequence[ReadFiles]) -> Footprint:
    from reporting.compose import compose

    compose(*load(files[:1]))
    arguments = load(files)
    forget_peak_memory()
    documents = compose(*arguments).documents
    peak = measure_peak_memory_mib()
    return Footprint(len(files), peak, round(sum(len(each.content) for each in documents) / 2**20, 1))
