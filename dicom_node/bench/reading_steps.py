"""Where the time of one image goes: its steps, timed one by one in a fresh process."""

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Reading
from dicom_node.bench.durations import summarise
from dicom_node.child_processes import added_to_environment
from dicom_node.pipeline.heap import large_pages, reuse_freed_memory
from inference.zoo import BUNDLED, Precision, load_manifest

if TYPE_CHECKING:
    from inference.member import Member

_TIMEOUT_SECONDS = 60.0
#: Seconds of one image by step, in the order of the steps.
Steps = dict[str, float]


def measure_steps(files: Sequence[Path], reading: Reading, folder: Path) -> dict[str, dict[str, float | int]]:
    """Return the summary of each step; a first image warms up and does not count.

    Every member is asked, also those that would be left out of an image of another region.

    Raises:
        ModelError: the bundle cannot be used, or a member failed.
    """
    bundle = reading.bundle or BUNDLED
    with added_to_environment(large_pages()), ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        timed = pool.submit(
            time_steps, (files[0], *files), bundle, reading.precision, reading.threads, folder
        ).result()[1:]
    return {step: summarise([each[step] for each in timed]) for step in timed[0]}


def time_steps(files: Sequence[Path], bundle: Path, precision: Precision, threads: int, folder: Path) -> list[Steps]:
    """Return the steps of each file; loads what models need, so it is for a process of its own."""
    import cv2

    from inference.backends.installed import open_backends
    from inference.ensemble import Ensemble

    reuse_freed_memory()  # as a reader process does
    cv2.setNumThreads(threads)
    ensemble = Ensemble(bundle, load_manifest(bundle, precision), open_backends(threads))
    return [_time_one(path, ensemble.members, folder) for path in files]


def _time_one(path: Path, members: Sequence["Member"], folder: Path) -> Steps:
    from inference.canvases import Canvases
    from inference.evidence import write_display
    from inference.radiograph import develop, open_instance

    stopwatch = _Stopwatch()
    radiograph = develop(open_instance(path))
    stopwatch.stop("decode and window")
    canvases = Canvases(radiograph.image)
    for member in members:
        batch, _ = canvases.make(member.entry.input)
        stopwatch.stop("canvases")
        member.session.run(batch, timeout_seconds=_TIMEOUT_SECONDS)
        stopwatch.stop(member.entry.name)
    write_display(folder, "step", radiograph.image.bytes())
    stopwatch.stop("picture")
    return stopwatch.seconds


class _Stopwatch:
    """Adds the seconds since the last stop to a step."""

    def __init__(self) -> None:
        self.seconds: Steps = {}
        self._last = time.perf_counter()

    def stop(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = time.perf_counter()
