"""A reader without models for child processes: quick, and it does to its process what an image's comments say."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from config.settings import Settings
from dicom_node.pipeline.reader_child import ReadFile
from dicom_node.pipeline.reader_pool import ReaderPool
from dicom_node.ports import ReadImage
from dicom_node.reading_parts import BundleReader
from reporting.context import BundleIdentity
from tests.fakes.light_reader import MODEL_SET, LightReader

DIE, HANG = "die", "hang"


def open_light() -> ReadFile:
    """Return the reader; called in the child."""
    import pydicom

    reader = LightReader()

    def read_file(path: Path, evidence_folder: Path) -> ReadImage:
        deed = _DEEDS.get(str(pydicom.dcmread(path, stop_before_pixels=True).get("ImageComments", "")))
        if deed is not None:
            deed()
        return reader.read(path, evidence_folder=evidence_folder)

    return read_file


def pooled(*, processes: int = 1, deadline_seconds: float = 20.0) -> Callable[[Settings], BundleReader]:
    """Return a reader factory for a service that reads in child processes."""
    pool = ReaderPool(open_light, model_set=MODEL_SET, processes=processes, deadline_seconds=deadline_seconds)
    return lambda _settings: BundleReader(pool, BundleIdentity("light"))


def _die() -> None:
    os._exit(139)


def _hang() -> None:
    threading.Event().wait()


_DEEDS: Final[dict[str, Callable[[], None]]] = {DIE: _die, HANG: _hang}
