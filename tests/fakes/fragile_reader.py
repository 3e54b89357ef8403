"""A reader that does to its process what the name of the file says: for the pool, which must survive it."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from dicom_node.pipeline.reader_child import ReadFile, failed_reading
from dicom_node.ports import ReadImage
from domain.errors import WeightsMismatch


def open_fragile() -> ReadFile:
    """Return the reader."""
    import pydicom  # noqa: F401 - so that the first reading is not the one that waits for it

    return _read


def open_with_wrong_weights() -> ReadFile:
    """Refuse, as a reader does whose weights are not the manifest's."""
    raise WeightsMismatch("a.bin is not the file that the manifest names", subject="a")


def open_and_die() -> ReadFile:
    """End the process while it starts."""
    os._exit(3)


def _read(path: Path, evidence_folder: Path) -> ReadImage:
    (evidence_folder / "process").write_text(str(os.getpid()))  # tells who took the image
    deed = _DEEDS.get(path.stem)
    if deed is not None:
        deed()
    return ReadImage(failed_reading(path, "multi-frame", "fragile"))  # any reading will do


def _die() -> None:
    os._exit(139)


def _hang() -> None:
    threading.Event().wait()


def _run_out_of_memory() -> None:
    raise MemoryError


def _stumble() -> None:
    raise KeyError("Sekret^Person")


_DEEDS: dict[str, Callable[[], None]] = {
    "die": _die,
    "hang": _hang,
    "memory": _run_out_of_memory,
    "stumble": _stumble,
}
