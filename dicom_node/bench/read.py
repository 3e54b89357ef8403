"""How long one image takes to be read: decode, window, models, heat map and the pictures for documents."""

import time
from collections.abc import Callable
from pathlib import Path

from config.settings import Reading
from dicom_node.bench.durations import summarise
from dicom_node.bench.workload import BITS_STORED, COLUMNS, ROWS, write_studies
from dicom_node.pipeline.reader_pool import ReaderPool
from domain.errors import ModelUnavailable
from domain.finding import ReadingStatus


def measure_read(folder: Path, *, studies: int, reading: Reading, step: Callable[[], None]) -> dict[str, object]:
    """Read images one after the other in a reader process; a first one warms up and does not count.

    Raises:
        ModelError: the bundle cannot be used.
    """
    files = [path for study in write_studies(folder / "studies", studies) for path in study]
    pool = ReaderPool.of_settings(reading)
    whole: list[float] = []
    inside: list[float] = []
    try:
        pool.warm_up()
        for path in (files[0], *files):
            began = time.monotonic()
            answer = pool.read(path, evidence_folder=folder / "evidence").reading
            whole.append(time.monotonic() - began)
            inside.append(answer.milliseconds / 1000)
            if answer.status is ReadingStatus.FAILED:
                raise ModelUnavailable(f"an image was not read: {answer.reason.code if answer.reason else ''}")
            step()
    finally:
        pool.close()
    return {
        "what": "one image in a reader process",
        "images": f"{len(files)} of {ROWS} x {COLUMNS} px, {BITS_STORED} of 16 bits",
        "threads": reading.threads,
        "image": summarise(whole[1:]),
        "decode_and_models": summarise(inside[1:]),
    }
