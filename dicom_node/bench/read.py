"""How long one image takes to be read, step by step; how long the node takes to be ready, and how much memory."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from config.settings import Reading
from dicom_node.bench.bars import judge
from dicom_node.bench.durations import summarise
from dicom_node.bench.node_process import run_node
from dicom_node.bench.process_memory import measure_memory
from dicom_node.bench.reading_steps import measure_steps
from dicom_node.bench.study import QUIET_SECONDS, measure_one
from dicom_node.bench.workload import BITS_STORED, COLUMNS, ROWS, write_studies
from dicom_node.pipeline.reader_pool import ReaderPool
from domain.errors import ModelUnavailable
from domain.finding import ReadingStatus

#: What a node on two cores must stay below. 858 MiB are 900 MB; what processes share counts once, as it does for the
#: machine.
BARS = {"image_p50_ms": 150.0, "start_to_ready_seconds": 3.0, "pss_mib": 858.0}


def measure_read(folder: Path, *, studies: int, reading: Reading, step: Callable[[], None]) -> dict[str, object]:
    """Read images one after the other in a reader process; a first one warms up and does not count.

    Then time the steps of the same images, and start a whole node that answers one study.

    Raises:
        ModelError: the bundle cannot be used.
        OsteonodeError: the node did not start, or did not answer.
    """
    written = write_studies(folder / "studies", studies)
    files = [path for study in written for path in study]
    image, inside = _read_all(files, reading, folder / "evidence", step)
    steps = measure_steps(files, reading, folder / "evidence")
    node = _run_one_study(folder / "node", written[0], reading)
    measured = {
        "image_p50_ms": image["p50_ms"],
        "start_to_ready_seconds": node["start_to_ready_seconds"],
        "pss_mib": max(node["pss_mib_when_ready"], node["pss_mib_after"]),
    }
    return {
        "what": "one image in a reader process: decode, all members, picture",
        "images": f"{len(files)} of {ROWS} x {COLUMNS} px, {BITS_STORED} of 16 bits",
        "precision": reading.precision,
        "threads": reading.threads,
        "image": image,
        "decode_and_models": inside,
        "steps": steps,
        "node": node,
        "bars": judge(measured, BARS),
    }


Summary = dict[str, float | int]


def _read_all(
    files: Sequence[Path], reading: Reading, evidence: Path, step: Callable[[], None]
) -> tuple[Summary, Summary]:
    """Return what an image takes, seen from outside of the process and by its own word."""
    pool = ReaderPool.of_settings(reading)
    whole: list[float] = []
    inside: list[float] = []
    try:
        pool.warm_up()
        for path in (files[0], *files):
            began = time.monotonic()
            answer = pool.read(path, evidence_folder=evidence).reading
            whole.append(time.monotonic() - began)
            inside.append(answer.milliseconds / 1000)
            if answer.status is ReadingStatus.FAILED:
                raise ModelUnavailable(f"an image was not read: {answer.reason.code if answer.reason else ''}")
            step()
    finally:
        pool.close()
    return summarise(whole[1:]), summarise(inside[1:])


def _run_one_study(folder: Path, study: Sequence[Path], reading: Reading) -> dict[str, float]:
    """Return seconds from the start of `osteonode serve` to ready, and the memory of all its processes in MiB."""
    folder.mkdir()
    with run_node(folder, quiet_seconds=QUIET_SECONDS, reading=reading) as node:
        ready = measure_memory(node.pid)
        measure_one(node, study, lambda: None)
        after = measure_memory(node.pid)
    return {
        "start_to_ready_seconds": node.ready_seconds,
        "processes": after.processes,
        "rss_mib_when_ready": ready.rss_mib,
        "pss_mib_when_ready": ready.pss_mib,
        "rss_mib_after": after.rss_mib,
        "pss_mib_after": after.pss_mib,
    }
