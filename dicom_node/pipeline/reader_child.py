"""What runs inside a reader process. The models' libraries are imported here, in the child, and nowhere else."""

import logging
import os
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dicom_node.light_openvino import without_conversion
from dicom_node.light_pydicom import load_pydicom
from dicom_node.loading import loading
from dicom_node.pipeline.child_life import be_nice, live_with_the_parent, stand_back
from dicom_node.pipeline.heap import give_back_what_loading_left, reuse_freed_memory
from dicom_node.pipeline.memory_limit import limit_growth
from dicom_node.pipeline.weights_aside import WeightsAside
from dicom_node.ports import ReadImage
from domain.errors import ModelError
from domain.finding import ImageReading, ReadingStatus
from inference.reasons import REASONS
from inference.zoo import Precision

if TYPE_CHECKING:
    from inference.radiograph import Radiograph
    from inference.reader import Reading

#: Reads the file at the first path, and writes pictures into the folder at the second.
ReadFile = Callable[[Path, Path], ReadImage]
#: Makes a `ReadFile`; called once in each process, so it must be importable by name there.
OpenReader = Callable[[], ReadFile]

#: Images that arrive come first: a sender waits for each, and what is read a little later was still read in time.
_NICENESS: Final = 10
_log = logging.getLogger(__name__)


def open_aside(open_reader: OpenReader) -> ReadFile:
    """Open a reader for images that belong to no study: it gets the smallest share there is, for somebody waits.

    With what nobody else wants, as explanations get it, an image would wait for minutes on a busy machine.
    """
    be_nice()
    return open_reader()


def open_last(open_reader: OpenReader) -> ReadFile:
    """Open a reader that nobody waits for: it gets what nobody else wants of the processor, as explanations do."""
    stand_back()
    return open_reader()


def open_bundle(
    bundle: Path,
    threads: int,
    member_seconds: float = 10.0,
    precision: Precision = "f32",
    image_memory_mib: int | None = None,
    aside: Path | None = None,
) -> ReadFile:
    """Load a bundle and return what reads with it.

    Args:
        bundle: folder with manifest.json and weights.
        threads: inference threads.
        member_seconds: a model that takes longer is left out of an answer.
        precision: which version of the bundle.
        image_memory_mib: so much may this process grow beyond what the models take, where it is a process of its own.
        aside: folder for weights that nobody looks at again, the node's data folder; without it they stay in memory.

    Raises:
        WeightsMismatch: a weight file is not the one that the manifest names.
        ModelError: the bundle cannot be used, or the processor does not have the precision.
    """
    import cv2

    from inference.backends.installed import open_backends
    from inference.reader import Reader

    cv2.setNumThreads(threads)
    openers = open_backends(threads, None if aside is None else WeightsAside(aside))
    reader = Reader(bundle, precision=precision, threads=threads, member_seconds=member_seconds, openers=openers)
    # The canvases of an image are made on one thread: its picture is drawn and written beside them.
    beside = ThreadPoolExecutor(1, thread_name_prefix="picture")
    if image_memory_mib is not None:
        limit_growth(image_memory_mib << 20)

    def read_file(path: Path, evidence_folder: Path) -> ReadImage:
        drawn: list[Future[Path]] = []
        found = reader.read(path, lambda radiograph: drawn.append(beside.submit(_draw, radiograph, evidence_folder)))
        display = drawn[0].result() if drawn else None
        return ReadImage(found.image, display, _keep_map(found, evidence_folder), found.measures)

    return read_file


def _draw(radiograph: "Radiograph", folder: Path) -> Path:
    from inference.evidence import write_display

    return write_display(folder, radiograph.header.sop_instance_uid, radiograph.image.bytes())


def _keep_map(found: "Reading", folder: Path) -> Path | None:
    """Write the cells of the map and not their picture, which takes as long to write as the image takes to decode."""
    from inference.evidence import write_map

    evidence = found.evidence_map
    return None if evidence is None else write_map(folder, evidence)


def stand_behind() -> None:
    """Take a lower priority than what receives and delivers; a node that was started with a lower one keeps that.

    Only root may raise a priority, so a node at `nice -n 15` would otherwise not start.
    """
    os.setpriority(os.PRIO_PROCESS, 0, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))


def serve(
    pipe: "Connection[ReadImage | OSError | ModelError | None, tuple[Path, Path]]",
    open_reader: OpenReader,
    model_set: str,
) -> None:
    """Open the reader, say so, then answer one (path, evidence folder) after the other until the pipe closes.

    What goes out: None once the reader is open, or the ModelError that kept it from opening; then for each image a
    ReadImage, or the OSError that kept its pictures from being written.
    """
    live_with_the_parent()
    stand_behind()
    reuse_freed_memory()
    try:
        with loading(), without_conversion():
            load_pydicom(decoders=True)
            read_file = open_reader()
    except ModelError as error:
        pipe.send(error)
        return
    give_back_what_loading_left()
    pipe.send(None)
    while True:
        try:
            path, evidence_folder = pipe.recv()
        except (EOFError, ConnectionResetError):
            return
        pipe.send(_answer(read_file, path, evidence_folder, model_set))


def _answer(read_file: ReadFile, path: Path, evidence_folder: Path, model_set: str) -> ReadImage | OSError:
    try:
        return read_file(path, evidence_folder)
    except OSError as error:
        return error
    except MemoryError:
        return ReadImage(failed_reading(path, "out-of-memory", model_set))
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
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    from inference.header import DAMAGE

    try:
        ds = dcmread(path, stop_before_pixels=True, specific_tags=["SOPClassUID", "SOPInstanceUID"])
        return str(ds.get("SOPClassUID", "")), str(ds.get("SOPInstanceUID", ""))
    except (InvalidDicomError, *DAMAGE):
        return "", ""
