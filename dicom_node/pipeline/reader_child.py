"""What runs inside a reader process. The models' libraries are imported here, in the child, and nowhere else."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

from dicom_node.ports import ReadImage
from domain.errors import ModelError, ModelUnavailable
from domain.finding import ImageReading, ReadingStatus
from inference.reasons import REASONS

#: Reads the file at the first path, and writes pictures into the folder at the second.
ReadFile = Callable[[Path, Path], ReadImage]
#: Makes a `ReadFile`; called once in each process, so it must be importable by name there.
OpenReader = Callable[[], ReadFile]

_log = logging.getLogger(__name__)
_read_file: ReadFile | None = None
_failure: ModelError | None = None


def open_bundle(bundle: Path, threads: int) -> ReadFile:
    """Load a bundle and return what reads with it.

    Raises:
        WeightsMismatch: a weight file is not the one that the manifest names.
        ModelError: the bundle cannot be used.
    """
    import cv2

    from inference.evidence import write_evidence
    from inference.reader import Reader

    cv2.setNumThreads(threads)
    reader = Reader(bundle, threads=threads)

    def read_file(path: Path, evidence_folder: Path) -> ReadImage:
        found = reader.read(path)
        if found.display is None:
            return ReadImage(found.image)
        files = write_evidence(evidence_folder, found.image.sop_instance_uid, found.display, found.heat_map)
        return ReadImage(found.image, files.display, files.heat_map)

    return read_file


def start(open_reader: OpenReader) -> None:
    """Open the reader of this process, once. A failure is kept for whoever asks: a child that dies says nothing."""
    global _read_file, _failure  # noqa: PLW0603 - one reader for the life of a process
    # What pydicom logs quotes values of the data set, which are nobody's business.
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    try:
        _read_file = open_reader()
    except ModelError as error:
        _failure = error


def check() -> None:
    """Raise the ModelError that kept this process from opening its reader."""
    if _failure is not None:
        raise _failure
    if _read_file is None:
        raise ModelUnavailable("the reader process has not opened its models")


def read(path: Path, evidence_folder: Path, model_set: str) -> ReadImage:
    """Read one file; raises OSError when the pictures cannot be written, ModelError when there is no reader."""
    check()
    assert _read_file is not None
    try:
        return _read_file(path, evidence_folder)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # the outermost loop of this process: one image must not cost the next
        # The frames only: a message may quote the data set.
        _log.error("reader_failed %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        return ReadImage(failed_reading(path, "reader-failed", model_set))


def failed_reading(path: Path, code: str, model_set: str) -> ImageReading:
    """Return the FAILED reading of a file that no reader could answer for; reads no more of it than its UIDs."""
    sop_class_uid, sop_instance_uid = _identify(path)
    return ImageReading(
        sop_instance_uid=sop_instance_uid,
        sop_class_uid=sop_class_uid,
        status=ReadingStatus.FAILED,
        model_set=model_set,
        reason=REASONS[code],
    )


def _identify(path: Path) -> tuple[str, str]:
    import pydicom

    try:
        ds = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["SOPClassUID", "SOPInstanceUID"])
        return str(ds.get("SOPClassUID", "")), str(ds.get("SOPInstanceUID", ""))
    except (pydicom.errors.InvalidDicomError, OSError, ValueError, LookupError, AttributeError, NotImplementedError):
        return "", ""
