"""How fast images come in: from the C-STORE request to the durable, recorded answer, while the node reads them."""

import time
from collections.abc import Callable
from pathlib import Path

from config.settings import Reading
from dicom_node.bench.durations import summarise
from dicom_node.bench.node_process import run_node
from dicom_node.bench.workload import BITS_STORED, COLUMNS, IMAGES_PER_STUDY, ROWS, write_studies
from dicom_node.modality import store_files
from domain.errors import OsteonodeError

#: Long, so that no study closes while images come in.
QUIET_SECONDS = 600.0


def measure_ingest(folder: Path, *, studies: int, reading: Reading, step: Callable[[], None]) -> dict[str, object]:
    """Send all images over one association, as fast as the node answers.

    Raises:
        OsteonodeError: the node did not start, or refused an image.
    """
    files = [path for study in write_studies(folder / "studies", studies) for path in study]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    with run_node(folder, quiet_seconds=QUIET_SECONDS, reading=reading) as node:
        durations = []
        began = last = time.monotonic()
        for sent in store_files(files, node.peer):
            if not sent.stored:
                raise OsteonodeError(f"the node did not take an image: {sent.answer}")
            durations.append(sent.answered_at - last)
            last = sent.answered_at
            step()
    return {
        "what": "C-STORE on one association, each image durable before its answer, reading under way",
        "images": f"{len(files)} of {ROWS} x {COLUMNS} px, {BITS_STORED} of 16 bits, {IMAGES_PER_STUDY} a study",
        "image": summarise(durations),
        "images_per_second": round(len(files) / (last - began), 1),
        "megabytes_per_second": round(megabytes / (last - began), 1),
    }
