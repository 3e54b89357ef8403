"""Headers as hospitals really send them, with pictures and findings: what the documents are composed from."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.config import disable_value_validation
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    SecondaryCaptureImageStorage,
)

from config.settings import Reporting
from domain.correction import Superseded
from domain.document import Document, DocumentKind
from domain.evidence_map import EvidenceMap
from domain.finding import (
    Box,
    Fracture,
    FractureState,
    ImageReading,
    Labelled,
    ReadingStatus,
    Reason,
    StudyFindings,
)
from domain.uid import derive_uid
from reporting.captures.heat_map_capture import write_heat_map_captures
from reporting.captures.part_weights import PartWeights
from reporting.captures.secondary_capture import write_secondary_capture
from reporting.captures.summary_capture import write_summary_captures
from reporting.compose import Composition, compose
from reporting.context import ModelIdentity, ModelMember, OperatingPoint, StudyContext
from reporting.encapsulated_pdf import write_encapsulated_pdf
from reporting.evidence import ImageEvidence
from reporting.hl7.oru import write_message
from reporting.key_object_selection import write_key_object_selection
from reporting.presentation_state import write_presentation_state
from reporting.statement import StudyStatement
from reporting.statement import state as state_study
from reporting.structured_report import write_structured_reports

STUDY_INSTANCE_UID = derive_uid("report source", "study")
MODEL_SET = "5f1d" * 16
COMPOSED_AT = datetime(2026, 1, 2, 11, 30, 5, 123456, timezone(timedelta(hours=1)))
ROWS, COLUMNS = 240, 180
BOX = Box("fracture", 0.93, 20.25, 60.5, 70.75, 110.0)
OPERATING_POINTS = (OperatingPoint("hand", 0.22, 0.5), OperatingPoint("", 0.08, 0.31))
PROBABILITIES = {FractureState.PRESENT: 0.93, FractureState.DOUBT: 0.41, FractureState.ABSENT: 0.03}
_SOP_CLASSES = {
    "CR": ComputedRadiographyImageStorage,
    "DX": DigitalXRayImageStorageForPresentation,
    "SC": SecondaryCaptureImageStorage,
}


def make_header(kind: str = "CR", number: int = 1, *, drop: Iterable[str] = (), **elements: Any) -> Dataset:
    """Return a header without pixel data; `elements` override by keyword, None of them checked."""
    ds = Dataset()
    ds.SOPClassUID = _SOP_CLASSES[kind]
    ds.SOPInstanceUID = derive_uid("report source", "image", str(number))
    ds.StudyInstanceUID = STUDY_INSTANCE_UID
    ds.SeriesInstanceUID = derive_uid("report source", "series", str(number))
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = kind if kind != "SC" else "OT", number, 1
    ds.PatientName, ds.PatientID, ds.IssuerOfPatientID = "Doe^Jane^Q^Dr^III", "PID-4711", "NORTH"
    ds.PatientBirthDate, ds.PatientSex = "19800131", "F"
    ds.StudyDate, ds.StudyTime, ds.StudyID = "20260102", "101112.5", "ST1"
    ds.AccessionNumber, ds.ReferringPhysicianName, ds.StudyDescription = "ACC-0815", "Ref^Doc", "XR wrist"
    ds.BodyPartExamined, ds.PatientOrientation = "WRIST", ["R", "F"]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.ImagerPixelSpacing = ["0.175", "0.175"]
    ds.WindowCenter, ds.WindowWidth = "1400", "2800"
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "US"
    side = "ImageLaterality" if kind == "DX" else "Laterality"
    setattr(ds, side, "L")
    with disable_value_validation():
        for keyword, value in elements.items():
            if keyword in ds:
                delattr(ds, keyword)  # an element keeps the strictness that it was made with
            setattr(ds, keyword, value)
    for keyword in drop:
        if keyword in ds:
            delattr(ds, keyword)
    return ds


def make_picture(rows: int = ROWS, columns: int = COLUMNS) -> NDArray[np.uint8]:
    """Return a picture whose every quarter differs, so that a mirror image or a turn shows."""
    y, x = np.mgrid[0:rows, 0:columns]
    return np.asarray(40 + 90 * x / columns + 60 * y / rows + 20 * ((x // 16 + y // 16) % 2), np.uint8)


def read_image(
    header: Dataset,
    state: FractureState = FractureState.PRESENT,
    boxes: tuple[Box, ...] | None = None,
    region: str = "hand",
) -> ImageReading:
    """Return the reading of an image with one box, or the boxes given."""
    probability = PROBABILITIES[state]
    return ImageReading(
        sop_instance_uid=header.SOPInstanceUID,
        sop_class_uid=header.SOPClassUID,
        status=ReadingStatus.READ,
        model_set=MODEL_SET,
        rows=int(header.Rows),
        columns=int(header.Columns),
        region=Labelled(region, 0.98),
        fracture=Fracture(state, probability, (probability, probability)),
        boxes=(BOX,) if boxes is None else boxes,
    )


def refuse_image(header: Dataset, text: str = "The body part is not one that the models know.") -> ImageReading:
    """Return the reading of an image that was not analysed."""
    return ImageReading(
        sop_instance_uid=header.SOPInstanceUID,
        sop_class_uid=header.SOPClassUID,
        status=ReadingStatus.NOT_ANALYSED,
        model_set=MODEL_SET,
        reason=Reason("body-part-not-supported", text),
    )


def find(*readings: ImageReading) -> StudyFindings:
    """Return a study's findings: the most suspicious image speaks for the study."""
    fractures = [reading.fracture for reading in readings if reading.fracture is not None]
    worst = max(fractures, key=lambda fracture: fracture.probability, default=None)
    return StudyFindings(STUDY_INSTANCE_UID, MODEL_SET, readings, worst)


def make_evidence(*headers: Dataset) -> list[ImageEvidence]:
    """Return each header with a picture of its shape, at most 2048 pixels a side, and a map."""
    return [
        ImageEvidence(header, _make_display(int(header.Rows), int(header.Columns)), make_map(header))
        for header in headers
    ]


def make_map(header: Dataset, *, method: str = "grad-cam, closed form", **place: Any) -> EvidenceMap:
    """Return a map of 8 x 6 cells over the whole image, or where `place` says, hot in the fourth row, second column."""
    cells = np.zeros((8, 6), "<f4")
    cells[3, 1] = 0.875
    rows, columns = int(header.Rows), int(header.Columns)
    whole = {"left_px": 0.0, "top_px": 0.0, "cell_width_px": columns / 6, "cell_height_px": rows / 8}
    return EvidenceMap(header.SOPInstanceUID, "fracture-mobilenet", method, 8, 6, cells.tobytes(), **(whole | place))


def _make_display(rows: int, columns: int) -> NDArray[np.uint8]:
    scale = min(1.0, 2048 / max(rows, columns))
    return make_picture(round(rows * scale), round(columns * scale))


def make_parts(*, samples: int = 1000, seed: int = 3, models: tuple[str, ...] = ("a-model 1.2.0",)) -> PartWeights:
    """Return three upright parts over the whole field: the first speaks for a fracture, the second against it."""
    labels = np.repeat(np.arange(3, dtype=np.int16), COLUMNS // 3)[None].repeat(ROWS, axis=0)
    return PartWeights(labels, (0.2, -0.2, 0.0), None, samples, seed, 0.81, models)


def make_context(version: int = 1, **settings: Any) -> StudyContext:
    """Return a context with two models; what a later version supersedes said nothing that is known."""
    members = (ModelMember("region-mobilenet", "1.2"), ModelMember("fracture-mobilenet", "1.2"))
    models = ModelIdentity("limbs-1", "0.1.0", MODEL_SET, members, OPERATING_POINTS)
    superseded = Superseded(version - 1) if version > 1 else None
    return StudyContext(version, COMPOSED_AT, models, Reporting(**settings), superseded=superseded)


#: Sources as they really come. Each must lead to documents that a validator and a PACS accept.
VARIANTS: dict[str, Callable[[], Dataset]] = {
    "cr": make_header,
    "dx": lambda: make_header("DX"),
    "missing type 2": lambda: make_header(
        drop=(
            *("PatientSex", "PatientBirthDate", "StudyID", "StudyTime", "AccessionNumber", "ReferringPhysicianName"),
            *("ImagerPixelSpacing", "PatientOrientation", "Laterality", "WindowCenter", "WindowWidth"),
            *("RescaleIntercept", "RescaleSlope", "RescaleType", "IssuerOfPatientID", "PatientName"),
        )
    ),
    "empty type 2": lambda: make_header(
        PatientSex="",
        PatientBirthDate="",
        StudyID="",
        ReferringPhysicianName="",
        AccessionNumber="",
        StudyTime="",
        PatientName="",
        PatientOrientation="",
    ),
    "odd sex": lambda: make_header(PatientSex="U"),
    "odd dates": lambda: make_header(StudyDate="2026.01.02", PatientBirthDate="", StudyTime="10:11:12"),
    "japanese": lambda: make_header(
        SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName="Yamada^Tarou=山田^太郎=やまだ^たろう"
    ),
    "half-width kana": lambda: make_header(
        SpecificCharacterSet=["ISO 2022 IR 13", "ISO 2022 IR 87"], PatientName="ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"
    ),
    "arabic": lambda: make_header(SpecificCharacterSet="ISO_IR 127", PatientName="قباني^لنزار"),
    "utf-8": lambda: make_header(SpecificCharacterSet="ISO_IR 192", PatientName="Wang^XiaoDong=王^小东"),
    "latin-1": lambda: make_header(SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jörg"),
    "monochrome1": lambda: make_header(PhotometricInterpretation="MONOCHROME1"),
    "aspect ratio": lambda: make_header(drop=["ImagerPixelSpacing"], PixelAspectRatio=[4, 3]),
    "oblong pixels": lambda: make_header(ImagerPixelSpacing=["0.2", "0.1"]),
    "no side": lambda: make_header(drop=["Laterality"]),
    "both sides": lambda: make_header("DX", ImageLaterality="B"),
    "unpaired": lambda: make_header(BodyPartExamined="PELVIS", drop=["Laterality"]),
    "unknown body part": lambda: make_header(BodyPartExamined="Hand li."),
    "no body part": lambda: make_header(drop=["BodyPartExamined"]),
    "big": lambda: make_header("DX", Rows=4288, Columns=3520),
    "secondary capture": lambda: make_header("SC", drop=["Laterality"], BurnedInAnnotation="YES"),
    "other time zone": lambda: make_header(TimezoneOffsetFromUTC="+0900"),
    "lossy": lambda: make_header(
        LossyImageCompression="01", LossyImageCompressionRatio="10", LossyImageCompressionMethod="ISO_10918_1"
    ),
}


def compose_images(*pairs: tuple[Dataset, ImageReading], version: int = 1, **settings: Any) -> Composition:
    """Return the documents of images with their readings."""
    evidence = make_evidence(*(header for header, _ in pairs))
    return compose(make_context(version, **settings), find(*(reading for _, reading in pairs)), evidence)


def compose_image(header: Dataset, state: FractureState = FractureState.PRESENT, **reading: Any) -> Composition:
    """Return the documents of one image that was read."""
    return compose_images((header, read_image(header, state, **reading)))


def draft_images(*pairs: tuple[Dataset, ImageReading], version: int = 1, **settings: Any) -> StudyStatement:
    """Return what is said of images with their readings: `pick` writes one kind of document of it, which is quicker."""
    evidence = make_evidence(*(header for header, _ in pairs))
    return state_study(make_context(version, **settings), find(*(reading for _, reading in pairs)), evidence)


def draft_image(header: Dataset, state: FractureState = FractureState.PRESENT, **reading: Any) -> StudyStatement:
    """Return what is said of one image that was read."""
    return draft_images((header, read_image(header, state, **reading)))


_WRITERS: dict[DocumentKind, Callable[[StudyStatement], Iterable[Document]]] = {
    DocumentKind.STRUCTURED_REPORT: write_structured_reports,
    DocumentKind.STRUCTURED_REPORT_BASIC: write_structured_reports,
    DocumentKind.SUMMARY_CAPTURE: write_summary_captures,
    DocumentKind.SECONDARY_CAPTURE: lambda said: (write_secondary_capture(said, image) for image in said.images),
    DocumentKind.HEAT_MAP_CAPTURE: lambda said: write_heat_map_captures(said, said.images),
    DocumentKind.PRESENTATION_STATE: lambda said: (write_presentation_state(said, image) for image in said.read),
    DocumentKind.HL7_ORU: lambda said: (write_message(said),),
    DocumentKind.KEY_OBJECT_SELECTION: lambda said: (write_key_object_selection(said),),
    DocumentKind.ENCAPSULATED_PDF: lambda said: (write_encapsulated_pdf(said),),
}


def pick(source: Composition | StudyStatement, kind: DocumentKind) -> list[Document]:
    """Return the documents of a kind."""
    if isinstance(source, StudyStatement):
        with disable_value_validation():
            return [document for document in _WRITERS[kind](source) if document.kind is kind]
    return [document for document in source.documents if document.kind is kind]


def open_document(source: Composition | StudyStatement, kind: DocumentKind, index: int = 0) -> Dataset:
    """Return a document as a reader gets it: parsed from its bytes."""
    return dcmread(BytesIO(pick(source, kind)[index].content))


def open_message(source: Composition | StudyStatement) -> dict[str, list[list[str]]]:
    """Return the HL7 message as fields by segment name, numbered as the Standard numbers them (MSH too)."""
    text = pick(source, DocumentKind.HL7_ORU)[0].content.decode()
    segments: dict[str, list[list[str]]] = {}
    for line in text.split("\r")[:-1]:
        fields = line.replace("MSH|", "MSH||", 1).split("|")
        segments.setdefault(fields[0], []).append(fields + [""] * 30)
    return segments
