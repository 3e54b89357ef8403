"""A reader without models: quick, in the node's own process, and as ill-behaved as a test wants."""

import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pydicom

from config.settings import Settings
from dicom_node.ports import ReadImage
from dicom_node.reading_parts import BundleReader
from domain.finding import Box, Fracture, FractureState, ImageReading, Labelled, MemberScore, ReadingStatus
from domain.image_measures import ImageMeasures
from inference.picture import is_picture, open_picture
from inference.reasons import REASONS
from reporting.context import BundleIdentity

MODEL_SET = "0" * 56 + "11648730"


class LightReader:
    """Implements ports.FractureReader.

    Args:
        failure_code: a reason of inference/reasons.py: every image is FAILED with it, as after a crash or a hang.
        raises: raised by the first reads, one each, although the port says that a reader raises nothing.

    `mistaken_for` is read in the place of every image, which no reader should do either.
    """

    def __init__(self, *, failure_code: str | None = None, raises: list[Exception] | None = None) -> None:
        self.failure_code = failure_code
        self.raises = raises or []
        self.read_paths: list[Path] = []
        self.mistaken_for: Path | None = None
        self.gate = threading.Event()
        self.gate.set()

    @property
    def model_set(self) -> str:
        return MODEL_SET

    def warm_up(self) -> None:
        return None

    def close(self) -> None:
        self.gate.set()

    def read(self, path: Path, *, evidence_folder: Path) -> ReadImage:
        self.gate.wait(30)
        self.read_paths.append(path)
        if self.raises:
            raise self.raises.pop(0)
        image = self.mistaken_for or path
        ds = open_picture(image) if is_picture(image) else pydicom.dcmread(image)
        if self.failure_code:
            return ReadImage(failed_reading(ds.SOPInstanceUID, ds.SOPClassUID, self.failure_code))
        display = evidence_folder / "display.png"
        grey = ds.pixel_array.astype(np.float64)
        cv2.imwrite(str(display), (grey / max(1.0, grey.max()) * 255).astype(np.uint8))
        measures = ImageMeasures(matrix_px=float(max(ds.Rows, ds.Columns)))
        return ReadImage(make_reading(ds.SOPInstanceUID, ds.SOPClassUID, ds.Rows, ds.Columns), display, None, measures)


def make_reading(sop_instance_uid: str, sop_class_uid: str, rows: int = 64, columns: int = 64) -> ImageReading:
    """Return the reading of a broken hand."""
    return ImageReading(
        sop_instance_uid=str(sop_instance_uid),
        sop_class_uid=str(sop_class_uid),
        status=ReadingStatus.READ,
        model_set=MODEL_SET,
        rows=rows,
        columns=columns,
        region=Labelled("hand", 0.99),
        fracture=Fracture(FractureState.PRESENT, 0.9, (0.8, 0.95)),
        boxes=(Box("fracture", 0.9, columns * 0.25, rows * 0.25, columns * 0.5, rows * 0.75),),
        members=(MemberScore("light", "1.0.0", "ab" * 32, 0.9, 1.0),),
        milliseconds=1.0,
    )


def failed_reading(sop_instance_uid: str, sop_class_uid: str, code: str) -> ImageReading:
    """Return a reading that failed for a coded reason."""
    return ImageReading(
        sop_instance_uid=str(sop_instance_uid),
        sop_class_uid=str(sop_class_uid),
        status=ReadingStatus.FAILED,
        model_set=MODEL_SET,
        reason=REASONS[code],
    )


def light(reader: LightReader | None = None) -> Callable[[Settings], BundleReader]:
    """Return a reader factory for a service."""
    return lambda _settings: BundleReader(reader or LightReader(), BundleIdentity("light"))
