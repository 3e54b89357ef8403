"""The one public entry of this package: an image in, what the models say of it out, whatever the image is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from domain.errors import MalformedInstance, ModelError
from domain.evidence_map import EvidenceMap
from domain.finding import Box, FractureState, ImageReading, ReadingStatus, Reason
from domain.image_measures import ImageMeasures
from inference.backends.installed import open_backends
from inference.canvases import Canvases
from inference.ensemble import BackendOpeners, Ensemble, Opinion
from inference.explain.class_activation import Frame, Map, find_boxes, heat_map, tell_map
from inference.explain.map_origins import has_map, origin_of
from inference.fusion import box_probability, boxes_of_detectors, has_weight
from inference.grey_image import GreyImage
from inference.header import Header, read_header
from inference.measuring import measure_image
from inference.member import Evidence
from inference.picture import is_picture, open_picture
from inference.radiograph import Ineligible, Radiograph, develop, open_instance
from inference.reasons import REASONS
from inference.zoo import BUNDLED, Model, Precision, load_manifest, model_set
from inference.zoo.manifest import Fusion


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A reading with its pictures.

    Attributes:
        shown: the image as displayed, bone bright; None where it could not be decoded.
        cells: the map that shows a find best, logits of its cells; None where there is none.
        frame: how the map lies on the image.
        mapped_by: the entry of the member whose map it is.
        measures: what the image is like; None where it could not be decoded.
    """

    image: ImageReading
    shown: GreyImage | None = None
    cells: Map | None = None
    frame: Frame | None = None
    mapped_by: Model | None = None
    measures: ImageMeasures | None = None

    @property
    def display(self) -> npt.NDArray[np.float32] | None:
        """(rows, columns) float32 in 0..1, bone bright; made each time it is asked for."""
        return None if self.shown is None else self.shown.pixels()

    @property
    def heat_map(self) -> npt.NDArray[np.float32] | None:
        """The map spread over the image, (rows, columns) in 0..1, 1 = most suspicious; made each time it is asked for.

        On a large image that takes as long as a small model, and most readings are never looked at this way.
        """
        return None if self.cells is None or self.frame is None else heat_map(self.cells, self.frame)

    @property
    def evidence_map(self) -> EvidenceMap | None:
        """The map as it came from the member, small; None where there is none."""
        if self.cells is None or self.frame is None or self.mapped_by is None:
            return None
        return tell_map(
            self.cells,
            self.frame,
            sop_instance_uid=self.image.sop_instance_uid,
            model=self.mapped_by.name,
            method=origin_of(self.mapped_by),
        )


class Reader:
    """Reads radiographs with one bundle. Not for use by two threads at once.

    Args:
        bundle: folder with manifest.json and weights; the shipped one by default.
        precision: which version of the bundle: that which was validated in f32, or in bf16.
        threads: inference threads.
        member_seconds: a member that takes longer is left out, and the answer says so.
        openers: what runs the models; all that is installed by default.

    Raises:
        WeightsMismatch: a weight file is not the one that the manifest names.
        ModelError: the bundle cannot be used.
        ModelUnavailable: the processor does not have the precision, or a backend is not installed.
    """

    def __init__(
        self,
        bundle: Path = BUNDLED,
        *,
        precision: Precision = "f32",
        threads: int = 2,
        member_seconds: float = 10.0,
        openers: BackendOpeners | None = None,
    ) -> None:
        started = time.perf_counter()
        manifest = load_manifest(bundle, precision)
        self.model_set = model_set(manifest)
        self._fusion = manifest.fusion
        self._ensemble = Ensemble(bundle, manifest, openers or open_backends(threads), member_seconds)
        self.start_seconds = time.perf_counter() - started

    def read(self, image: Dataset | Path, show: Callable[[Radiograph], None] = lambda _: None) -> Reading:
        """Read one image: a Dataset with its file meta, or the path of a Part 10 file, PNG or JPEG. Never raises.

        What cannot be read is NOT_ANALYSED with its reason, and FAILED where a model or the memory is at fault.

        Args:
            image: what to read.
            show: called with what is displayed, where there is something, before the models are asked.
        """
        started = time.perf_counter()
        reading = self._answer(image, show)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        return replace(reading, image=replace(reading.image, milliseconds=milliseconds))

    def _answer(self, image: Dataset | Path, show: Callable[[Radiograph], None]) -> Reading:
        try:
            ds = image if isinstance(image, Dataset) else _open(image)
        except MalformedInstance:
            return Reading(self._unread(None, REASONS["not-dicom"]))
        header = read_header(ds)
        try:
            radiograph = develop(ds, header)
            show(radiograph)
            return self._examine(radiograph)
        except Ineligible as error:
            return Reading(self._unread(header, error.reason))
        except ModelError:
            return Reading(self._failed(header, REASONS["model-failed"]))
        except MemoryError:
            return Reading(self._failed(header, REASONS["out-of-memory"]))

    def _examine(self, radiograph: Radiograph) -> Reading:
        header, shown = radiograph.header, radiograph.image
        canvases = Canvases(shown)
        opinion = self._ensemble.read(canvases)
        # The models of fractures, which have the finest canvas, were asked of a known region alone.
        measures = measure_image(shown, header, canvases.finest() if opinion.is_known else None, opinion.far)
        if not opinion.is_known:
            unread = self._unread(header, REASONS["region-not-recognised"])
            return Reading(_with_members(unread, header, opinion), shown, measures=measures)
        assert opinion.fracture is not None
        fracture = opinion.fracture
        frame = _frame_of_map(opinion.evidence, self._fusion, header)
        read = replace(
            _with_members(self._empty(header), header, opinion),
            status=ReadingStatus.READ,
            reason=None,
            fracture=fracture,
            types=opinion.types,
            boxes=_boxes(opinion, header, frame, at_least_one=fracture.state is FractureState.PRESENT),
        )
        cells, place, mapped_by = (*frame[:2], frame[2].entry) if frame else (None, None, None)
        return Reading(read, shown, cells, place, mapped_by, measures)

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


def _with_members(reading: ImageReading, header: Header, opinion: Opinion) -> ImageReading:
    return replace(
        reading,
        rows=header.rows,
        columns=header.columns,
        region=opinion.region,
        members=opinion.spoke,
        silent=opinion.silent,
    )


def _frame_of_map(
    evidence: tuple[Evidence, ...], rule: Fusion | None, header: Header
) -> tuple[Map, Frame, Evidence] | None:
    """Return the map that shows a find best, that of the most suspicious member with one, and how it lies."""
    mapped = [each for each in evidence if each.cells is not None]
    if not mapped:
        return None
    # A member without weight moves nothing, the picture neither, where another can show something. A detector's map has
    # a point where a fracture map has an area: it is shown only where there is no other.
    best = max(mapped, key=lambda each: (has_weight(rule, each.entry), has_map(each.entry), each.probability))
    assert best.cells is not None
    return best.cells, Frame(best.canvas, best.cell_px, header.rows, header.columns), best


def _boxes(
    opinion: Opinion, header: Header, frame: tuple[Map, Frame, Evidence] | None, *, at_least_one: bool
) -> tuple[Box, ...]:
    """Return the boxes of the detectors; of the map where there is no detector, or where none of them sees a place."""
    found = boxes_of_detectors(opinion.evidence, opinion.logit, header.rows, header.columns, at_least_one=at_least_one)
    drawn = any(each.spots is not None for each in opinion.evidence)
    if frame is None or found or (drawn and not at_least_one):
        return found
    cells, place, best = frame
    return find_boxes(
        cells, place, lambda logit: box_probability(best, logit, opinion.logit), at_least_one=at_least_one
    )
