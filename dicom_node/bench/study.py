"""How long a study takes: from the answer to its last image to its report in the archive, without the quiet time."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pydicom
from pydicom.uid import Comprehensive3DSRStorage, ComprehensiveSRStorage

from config.settings import Reading
from dicom_node.bench.durations import summarise
from dicom_node.bench.loopback import wait_until
from dicom_node.bench.node_process import NodeProcess, run_node
from dicom_node.bench.process_memory import measure_memory
from dicom_node.bench.workload import BITS_STORED, COLUMNS, IMAGES_PER_STUDY, ROWS, write_studies
from dicom_node.modality import store_files
from domain.errors import OsteonodeError

QUIET_SECONDS = 0.5
_TIMEOUT_SECONDS = 60.0
REPORTS = frozenset({Comprehensive3DSRStorage, ComprehensiveSRStorage})


def measure_study(folder: Path, *, studies: int, reading: Reading, step: Callable[[], None]) -> dict[str, object]:
    """Send studies one after the other and measure each; a first one warms up and does not count.

    A duration runs from the C-STORE response to the last image of a study to its structured report lying in the
    archive, less the configured quiet time. The image is read while the quiet time runs, as it is in a hospital.

    Raises:
        OsteonodeError: the node did not start, or a study was not answered within 60 seconds.
    """
    files = write_studies(folder / "studies", studies + 1)
    with run_node(folder, quiet_seconds=QUIET_SECONDS, reading=reading) as node:
        loaded = measure_memory(node.pid)
        durations = [measure_one(node, each, step) for each in files][1:]
        worked = measure_memory(node.pid)
    return {
        "what": "last image acknowledged to report in the archive, quiet time excluded",
        "images": f"{IMAGES_PER_STUDY} of {ROWS} x {COLUMNS} px, {BITS_STORED} of 16 bits",
        "quiet_seconds": QUIET_SECONDS,
        "study": summarise(durations),
        "memory_with_models": {"processes": loaded.processes, "rss_mib": loaded.rss_mib, "pss_mib": loaded.pss_mib},
        "memory_after": {"processes": worked.processes, "rss_mib": worked.rss_mib, "pss_mib": worked.pss_mib},
    }


def measure_one(node: NodeProcess, files: Sequence[Path], step: Callable[[], None]) -> float:
    """Return the seconds that one study takes, as `measure_study` counts them.

    Raises:
        OsteonodeError: an image was not taken, or the study was not answered within 60 seconds.
    """
    before = set(node.archive.files())
    for sent in store_files(files, node.peer):
        if not sent.stored:
            raise OsteonodeError(f"the node did not take an image: {sent.answer}")
    # File times are of the system clock, so the acknowledgement is put on it too.
    acknowledged_at = time.time() - (time.monotonic() - sent.answered_at)
    reports: list[Path] = []

    def has_report() -> bool:
        reports[:] = [path for path in set(node.archive.files()) - before if _is_report(path)]
        return bool(reports)

    if not wait_until(has_report, timeout_seconds=_TIMEOUT_SECONDS):
        raise OsteonodeError(f"a study was not answered within {_TIMEOUT_SECONDS:g} s")
    step()
    return min(path.stat().st_mtime for path in reports) - acknowledged_at - QUIET_SECONDS


def _is_report(path: Path) -> bool:
    ds = pydicom.dcmread(path, specific_tags=["SOPClassUID"], stop_before_pixels=True)
    return ds.SOPClassUID in REPORTS
