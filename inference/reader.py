"""The one public entry of this package: an image in, what the models say of it out, whatever the image is."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from domain.errors import MalformedInstance, ModelError
from domain.finding import Box, ImageReading, ReadingStatus, Reason
from inference.backends import Backend
from inference.backends.openvino import OpenVinoBackend
from inference.calibration import calibrate
from inference.ensemble import Canvases, Ensemble, Evidence, is_suspicious, strongest
from inference.explain.class_activation import Frame, find_boxes, heat_map
from inference.header import Header, read_header
from inference.picture import is_picture, open_picture
from inference.radiograph import Ineligible, Radiograph, develop, open_instance
from inference.reasons import REASONS
from inference.zoo import BUNDLED, load_manifest, model_set


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A reading with its pictures.

    Attributes:
        display: (rows, columns) float32 in 0..1, bone bright; None where the image could not be decoded.
        heat_map: of the same shape, 1 = most suspicious; None where there is none.
    """

    image: ImageReading
    display: npt.NDArray[np.float32] | None = None
    heat_map: npt.NDArray[np.float32] | None = None


class Reader:
    """Reads radiographs with one bundle. Not for use by two threads at once.

    Args:
        bundle: folder with manifest.json and weights; the shipped one by default.
        threads: inference threads.
        backend: what runs the models; OpenVINO by default.

    Raises:
        WeightsMismatch: a weight file is not the one that the manifest names.
        ModelError: the bundle cannot be used.
    """

    def __init__(self, bundle: Path = BUNDLED, *, threads: int = 2, backend: Backend | None = None) -> None:
        started = time.perf_counter()
        manifest = load_manifest(bundle)
        self.model_set = model_set(manifest)
        self._ensemble = Ensemble(bundle, manifest, backend or OpenVinoBackend(threads))
        self.start_seconds = time.perf_counter() - started

    def read(self, image: Dataset | Path) -> Reading:
        """Read one image: a Dataset with its file meta, or the path of a Part 10 file, PNG or JPEG. Never raises.

        What cannot be read is NOT_ANALYSED with its reason, and FAILED where a model or the memory is at fault.
        """
        started = time.perf_counter()
        reading = self._answer(image)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        return replace(reading, image=replace(reading.image, milliseconds=milliseconds))

    def _answer(self, image: Dataset | Path) -> Reading:
        try:
            ds = image if isinstance(image, Dataset) else _open(image)
        except MalformedInstance:
            return Reading(self._unread(None, REASONS["not-dicom"]))
        header = read_header(ds)
        try:
            return self._examine(develop(ds, header))
        except Ineligible as error:
            return Reading(self._unread(header, error.reason))
        except ModelError:
            return Reading(self._failed(header, REASONS["model-failed"]))
        except MemoryError:
            return Reading(self._failed(header, REASONS["out-of-memory"]))

    def _examine(self, radiograph: Radiograph) -> Reading:
        header, display = radiograph.header, radiograph.display
        canvases = Canvases(display)
        region, is_known, region_scores = self._ensemble.recognise(canvases)
        if not is_known:
            unread = self._unread(header, REASONS["region-not-recognised"])
            seen = replace(unread, rows=header.rows, columns=header.columns)
            return Reading(replace(seen, region=region, members=region_scores), display)
        fracture, evidence, scores = self._ensemble.examine(canvases)
        best = strongest(evidence)
        frame = Frame(best.canvas, best.cell_px, header.rows, header.columns)
        read = replace(
            self._empty(header),
            status=ReadingStatus.READ,
            reason=None,
            rows=header.rows,
            columns=header.columns,
            region=region,
            fracture=fracture,
            boxes=_boxes(best, frame, at_least_one=is_suspicious(fracture)),
            members=region_scores + scores,
        )
        return Reading(read, display, heat_map(best.cells, frame))

    def _empty(self, header: Header | None) -> ImageReading:
        return ImageReading(
            sop_instance_uid=header.sop_instance_uid if header else "",
            sop_class_uid=header.sop_class_uid if header else "",
            status=ReadingStatus.FAILED,
            model_set=self.model_set,
            reason=REASONS["model-failed"],
        )

    def _unread(self, header: Header | None, reason: Reason) -> ImageReading:
        return replace(self._empty(header), status=ReadingStatus.NOT_ANALYSED, reason=reason)

    def _failed(self, header: Header, reason: Reason) -> ImageReading:
        return replace(self._empty(header), reason=reason)


def _open(path: Path) -> Dataset:
    return open_picture(path) if is_picture(path) else open_instance(path)


def _boxes(evidence: Evidence, frame: Frame, *, at_least_one: bool) -> tuple[Box, ...]:
    return find_boxes(
        evidence.cells,
        frame,
        lambda logit: calibrate(logit, evidence.entry.map_calibration or evidence.entry.calibration),
        at_least_one=at_least_one,
    )
