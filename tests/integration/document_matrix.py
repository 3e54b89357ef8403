"""Every kind of document of every source variant, written out with its sources: what the validators are given.

A new kind of document needs no word here: whatever is optional is turned on, and what leaves later is composed too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread
from pydicom.config import disable_value_validation
from pydicom.uid import UID

import domain.document
from config.settings import Reporting
from domain.correction import Retraction, RetractionReason, Superseded
from domain.document import HL7_KINDS, Document, DocumentKind
from domain.finding import Box, FractureState, ImageReading, Labelled, StudyFindings
from domain.uid import derive_uid
from inference.evidence import bound
from inference.radiograph import Ineligible, develop, open_instance
from reporting.captures.lime_capture import compose_lime
from reporting.compose import compose
from reporting.conformance import gate
from reporting.context import NAMED_BY_SUCCESSORS, Predecessor, StudyContext
from reporting.evidence import ImageEvidence
from reporting.rejection_note import Rejection, write_rejection_note
from reporting.statement import state
from tests.fakes.pixel_images import save
from tests.fakes.report_sources import MODEL_SET, find, make_context, make_map, make_parts, read_image, refuse_image
from tests.fakes.source_variants import VARIANTS, write_variant

LANGUAGES = ("en", "ar", "fr", "es")
#: A box as fractions of its image: left, top, right, bottom.
_PLACE = (0.21, 0.32, 0.55, 0.61)
_ANOTHER_PLACE = (0.6, 0.7, 0.9, 1.0)


@dataclass(frozen=True)
class Filed:
    """A document as a file: hundreds of them are more than a test should keep in memory."""

    study: str
    path: Path
    head: Document

    @property
    def kind(self) -> DocumentKind:
        return self.head.kind

    def load(self) -> Document:
        """Return the whole document."""
        return replace(self.head, content=self.path.read_bytes())


@dataclass(frozen=True)
class MatrixStudy:
    """The files of the sources of one study and of its documents."""

    name: str
    study_instance_uid: str
    sources: tuple[Path, ...]
    documents: tuple[Filed, ...]

    @property
    def filed(self) -> tuple[Filed, ...]:
        """The documents that are DICOM objects."""
        return tuple(each for each in self.documents if each.kind not in HL7_KINDS)


@dataclass(frozen=True)
class _Image:
    """A source that was written and what is said of it."""

    path: Path
    evidence: ImageEvidence
    reading: ImageReading


Ask = Callable[[str, Path], list[_Image]]


def turn_everything_on() -> dict[str, Any]:
    """Return settings of `[reporting]` with which all is made that can be made."""
    settings: dict[str, Any] = {name: True for name, each in Reporting.model_fields.items() if each.annotation is bool}
    if "optional_documents" in Reporting.model_fields:
        settings["optional_documents"] = tuple(getattr(domain.document, "OPTIONAL_KINDS", ()))
    return settings


def _look(path: Path) -> ImageEvidence:
    """Return a source's header, picture and map as the reader makes them."""
    header = dcmread(path, stop_before_pixels=True)
    return ImageEvidence(header, bound(develop(open_instance(path)).image.bytes()), make_map(header))


def _place(header: Dataset, place: Sequence[float], probability: float = 0.93) -> Box:
    columns, rows = int(header.Columns), int(header.Rows)
    left, top, right, bottom = place
    return Box("fracture", probability, left * columns, top * rows, right * columns, bottom * rows)


def _read(
    path: Path, state: FractureState, region: str = "hand", places: Sequence[Sequence[float]] = (_PLACE,)
) -> _Image:
    evidence = _look(path)
    boxes = tuple(_place(evidence.header, place, 0.93 - number / 10) for number, place in enumerate(places))
    return _Image(path, evidence, read_image(evidence.header, state, boxes, region))


def _refuse(path: Path) -> _Image:
    header = dcmread(path, stop_before_pixels=True)
    return _Image(path, ImageEvidence(header), refuse_image(header))


def _variant(name: str, folder: Path) -> list[_Image]:
    """One image; the states take turns."""
    state = [*FractureState][list(VARIANTS).index(name) % len(FractureState)]
    return [_read(write_variant(name, folder), state, VARIANTS[name].region)]


def _gather(study: str, names: Sequence[str], folder: Path) -> list[Path]:
    """Return the sources of variants as images of one study and one patient."""
    paths = []
    for number, name in enumerate(names, 1):
        path = write_variant(name, folder / str(number))
        ds = dcmread(path)
        ds.StudyInstanceUID, ds.PatientID = derive_uid("matrix", study), f"PID-{study}"
        ds.SeriesInstanceUID = derive_uid("matrix", study, ds.Modality, str(ds.get("Laterality", "")))
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(derive_uid("matrix", study, str(number)))
        ds.SeriesNumber, ds.InstanceNumber = (2 if ds.Modality == "DX" else 1), number
        paths.append(save(ds, path))
    return paths


def _in_part(study: str, folder: Path) -> list[_Image]:
    first, second = _gather(study, ["plain", "dx"], folder)
    return [_read(first, FractureState.PRESENT), _refuse(second)]


def _unread(study: str, folder: Path) -> list[_Image]:
    return [_refuse(path) for path in _gather(study, ["no body part"], folder)]


def _two_boxes(study: str, folder: Path) -> list[_Image]:
    """Two places, and a type of fracture: one whose code is our own."""
    (path,) = _gather(study, ["plain"], folder)
    image = _read(path, FractureState.DOUBT, places=(_PLACE, _ANOTHER_PLACE))
    return [replace(image, reading=replace(image.reading, types=(Labelled("hairline fracture", 0.8),)))]


def _no_box(study: str, folder: Path) -> list[_Image]:
    (path,) = _gather(study, ["plain"], folder)
    return [_read(path, FractureState.PRESENT, places=())]


def _two_pages(study: str, folder: Path) -> list[_Image]:
    states = [*FractureState] * 5
    return [_read(path, state) for path, state in zip(_gather(study, ["tiny"] * 14, folder), states, strict=False)]


#: Studies beyond one image that was read.
_STUDIES: Mapping[str, Ask] = {
    "read in part": _in_part,
    "not read": _unread,
    "two boxes": _two_boxes,
    "no box": _no_box,
    "two pages": _two_pages,
}
NAMES = (*VARIANTS, *_STUDIES)


#: How often a study is answered again: each answer costs as much as the first.
_EVERY = 6


def write_study(name: str, folder: Path) -> MatrixStudy:
    """Write the sources of a study and all its documents."""
    return _answer(name, _STUDIES.get(name, _variant)(name, folder), folder)


def write_file_study(path: Path, folder: Path) -> MatrixStudy:
    """Write all documents of a file from anywhere, whether or not the models may read it."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        images = [_read(path, FractureState.PRESENT, "leg")]
    except Ineligible:
        images = [_refuse(path)]
    return _answer(path.stem, images, folder)


def _answer(name: str, images: list[_Image], folder: Path) -> MatrixStudy:
    findings = _find(images)
    evidence = [image.evidence for image in images]
    language = LANGUAGES[NAMES.index(name) % len(LANGUAGES) if name in NAMES else 0]
    sizes = {} if name == "big" else _SMALL
    context = make_context(language=language, **sizes, **turn_everything_on())
    documents = [*_compose(context, findings, evidence), *_compose_later(context, findings, evidence)]
    filed = tuple(_file(name, document, folder) for document in documents)
    return MatrixStudy(name, findings.study_instance_uid, tuple(image.path for image in images), filed)


#: Sides of captures and pages: a validator looks at the header, and an archive has room for so much.
_SMALL = {"capture_side_px": 640, "heat_map_side_px": 320}


def _file(name: str, document: Document, folder: Path) -> Filed:
    path = folder / document.file_name
    path.write_bytes(document.content)
    return Filed(name, path, replace(document, content=b"on disk"))


def _find(images: list[_Image]) -> StudyFindings:
    uid = str(images[0].evidence.header.StudyInstanceUID)
    return replace(find(*(image.reading for image in images)), study_instance_uid=uid, model_set=MODEL_SET)


def _compose(context: StudyContext, findings: StudyFindings, evidence: list[ImageEvidence]) -> Iterator[Document]:
    """Yield the documents of an answer and the notes that hide them; of some studies, those of two later answers."""
    first = compose(context, findings, evidence).documents
    sent = [each for each in first if each.kind not in HL7_KINDS]
    named = tuple(Predecessor.of(each) for each in sent if each.sop_class_uid in NAMED_BY_SUCCESSORS)
    second = replace(context, version=2, predecessors=named, superseded=Superseded(1, findings))
    yield from (*first, *_reject(second, sent, findings, evidence))
    if int(findings.study_instance_uid[-4:]) % _EVERY == 0 or len(evidence) == 2:
        yield from compose(second, findings, evidence).documents
        taken_back = Retraction(RetractionReason.RADIOLOGIST_DISAGREES, "A. Reader", "Nutrient canal")
        yield from compose(replace(second, version=3, retraction=taken_back), findings, evidence).documents


def _reject(
    second: StudyContext, sent: list[Document], findings: StudyFindings, evidence: list[ImageEvidence]
) -> Iterator[Document]:
    """Yield the notes that tell an archive to hide what was sent, under either title."""
    with disable_value_validation():
        statement = state(second, findings, evidence)
        for for_safety in (False, True):
            rejection = Rejection(f"pacs-{for_safety}", tuple(Predecessor.of(each) for each in sent), for_safety)
            note = write_rejection_note(statement, rejection)
            gate.check(note, statement)
            yield note


def _compose_later(
    context: StudyContext, findings: StudyFindings, evidence: list[ImageEvidence]
) -> tuple[Document, ...]:
    with disable_value_validation():
        weights = {reading.sop_instance_uid: make_parts() for reading in findings.read[:1]}
        return compose_lime(context, findings, evidence, weights)
