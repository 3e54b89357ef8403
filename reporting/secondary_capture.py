"""The secondary capture: the one result that every viewer shows. PS3.3 A.8.1, 8-bit RGB.

A copy of the image with its boxes, a banner above and a legend below; one that was not analysed gets one too, which
says why.
"""

import copy
from dataclasses import dataclass

import cv2
import numpy as np
from highdicom.sc import SCImage
from pydicom import Dataset
from pydicom.valuerep import DSfloat

from domain.document import Document, DocumentKind
from domain.finding import FractureState
from reporting import codes, equipment, wording
from reporting.canvas import NOTICE, TEXT, Caption, Colour, Mark, Pixels, Sheet, draw_placeholder, draw_sheet
from reporting.instance import Slot, copy_region, finish, write
from reporting.statement import ImageStatement, StudyStatement

COLOURS: dict[FractureState, Colour] = {
    FractureState.PRESENT: (255, 122, 89),
    FractureState.DOUBT: (255, 205, 86),
    FractureState.ABSENT: (122, 201, 154),
}
UNREAD_COLOUR: Colour = (150, 164, 180)


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """A sheet on its way to becoming an object.

    Attributes:
        picture: the picture on the sheet, whose size against the source's scales the pixel spacing.
        derivation: Derivation Description: how the sheet was made; ASCII.
        comments: Image Comments: what is said of the image; ASCII.
    """

    slot: Slot
    sheet: Sheet
    picture: Pixels
    derivation: str
    comments: str


def write_secondary_capture(statement: StudyStatement, image: ImageStatement) -> Document:
    """Return the secondary capture of one image, read or not."""
    slot = Slot(DocumentKind.SECONDARY_CAPTURE, "SC", image.reading.sop_instance_uid, image.number)
    picture = fit_picture(statement, image)
    sheet = draw_sheet(picture, _marks(image, picture), caption_image(statement, image))
    return write_capture(statement, image, Capture(slot, sheet, picture, wording.DERIVATION, image.line))


def write_capture(statement: StudyStatement, image: ImageStatement, capture: Capture) -> Document:
    """Return a drawn sheet as a secondary capture of an image."""
    ds = SCImage(
        capture.sheet.pixels,
        "RGB",
        8,
        "PATIENT",
        study_instance_uid=statement.study_instance_uid,
        patient_orientation=("L", "F"),
        **capture.slot.arguments(statement),
    )
    _describe_image(ds, statement, image)
    ds.DerivationDescription, ds.ImageComments = capture.derivation, capture.comments
    _copy_spacing(ds, image, capture.picture)
    copy_region(ds, image.source)
    finish(ds, statement, image.source)
    return write(ds, capture.slot, statement)


def fit_picture(statement: StudyStatement, image: ImageStatement) -> Pixels:
    """Return the display picture with square pixels, its longest side within the configured limit."""
    picture = image.evidence.picture
    if picture is None:
        return draw_placeholder(wording.NO_PICTURE)
    vertical, horizontal = _display_aspect(picture, image)
    rows = picture.shape[0] * max(vertical / horizontal, 1.0)
    columns = picture.shape[1] * max(horizontal / vertical, 1.0)
    scale = min(1.0, statement.study.reporting.capture_side_px / max(rows, columns))
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    if size == (picture.shape[1], picture.shape[0]):
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _display_aspect(picture: Pixels, image: ImageStatement) -> tuple[float, float]:
    """The shape of a pixel of the display picture, should it be reduced by unequal steps."""
    vertical, horizontal = image.source.aspect
    rows, columns = image.source.skeleton.Rows, image.source.skeleton.Columns
    if not (rows and columns):
        return vertical, horizontal
    stretch = (rows / picture.shape[0]) / (columns / picture.shape[1])
    # Rounding to whole pixels is no stretch.
    tolerance = 1.0 / min(picture.shape)
    return (vertical * stretch, horizontal) if abs(stretch - 1.0) > tolerance else (vertical, horizontal)


def _scale(image: ImageStatement, picture: Pixels) -> tuple[float, float]:
    """Pixels of the drawn picture per stored pixel: (along x, along y)."""
    columns = image.source.skeleton.Columns or picture.shape[1]
    rows = image.source.skeleton.Rows or picture.shape[0]
    return picture.shape[1] / columns, picture.shape[0] / rows


def _marks(image: ImageStatement, picture: Pixels) -> list[Mark]:
    if image.fracture is None:
        return []
    across, down = _scale(image, picture)
    return [
        Mark(
            left=finding.box.x_min_px * across,
            top=finding.box.y_min_px * down,
            right=finding.box.x_max_px * across,
            bottom=finding.box.y_max_px * down,
            label=wording.describe_box(finding.box.probability),
            colour=COLOURS[image.fracture.state],
            dashed=image.fracture.state is FractureState.DOUBT,
        )
        for finding in image.findings
    ]


def caption_image(statement: StudyStatement, image: ImageStatement) -> Caption:
    """Return what stands around the picture of an image, read or not."""
    fracture, reason = image.fracture, image.reading.reason
    place = f"{image.region_in_words}   |   {image.side_in_words}"
    return Caption(
        product=equipment.MODEL_NAME,
        notice=wording.NOT_A_DIAGNOSIS,
        headline=wording.STATEMENTS[fracture.state] if fracture else wording.NOT_ANALYSED,
        detail=wording.describe_probability(fracture.probability) if fracture else place,
        place=reason.text if reason else place,
        software=f"{equipment.MODEL_NAME} {equipment.software_version(statement.study)}",
        models=", ".join(equipment.describe_members(statement.study)),
        review=wording.REVIEW,
        colour=COLOURS[fracture.state] if fracture else UNREAD_COLOUR,
        place_colour=NOTICE if image.contradiction else TEXT,
        legend=_legend() if fracture else (),
    )


def _legend() -> tuple[tuple[str, Colour, bool], ...]:
    return tuple((text, COLOURS[level], level is FractureState.DOUBT) for level, text in wording.LEGEND.items())


def _describe_image(ds: Dataset, statement: StudyStatement, image: ImageStatement) -> None:
    """Say what the pixels are and where they come from."""
    source = image.source
    ds.PatientOrientation = list(source.orientation)  # 2C: empty when unknown
    ds.ImageType = ["DERIVED", "SECONDARY"]  # PS3.3 C.8.6.2: highdicom's third value is none
    ds.ConversionType = "WSD"
    # No identity is drawn; what was burnt into the source is still there.
    ds.BurnedInAnnotation = "YES" if source.text("BurnedInAnnotation") == "YES" else "NO"
    ds.RecognizableVisualFeatures = "NO"
    ds.LossyImageCompression = "01" if source.text("LossyImageCompression") == "01" else "00"
    for keyword in ("LossyImageCompressionRatio", "LossyImageCompressionMethod"):
        if ds.LossyImageCompression == "01" and keyword in source.header:
            ds.add(copy.deepcopy(source.header[keyword]))
    ds.SecondaryCaptureDeviceManufacturer = statement.study.reporting.manufacturer
    ds.SecondaryCaptureDeviceManufacturerModelName = equipment.MODEL_NAME
    ds.SecondaryCaptureDeviceSoftwareVersions = equipment.software_version(statement.study)
    del ds.DateOfSecondaryCapture, ds.TimeOfSecondaryCapture
    ds.SourceImageSequence = [_refer_to(image)]


def _copy_spacing(ds: Dataset, image: ImageStatement, picture: Pixels) -> None:
    """Keep a measurement on the copy as true as on the source: spacing grows as the picture shrinks."""
    if image.evidence.picture is None:
        return
    across, down = _scale(image, picture)
    for keyword in ("ImagerPixelSpacing", "PixelSpacing"):
        spacing = image.source.numbers(keyword)
        if len(spacing) == 2 and min(spacing) > 0:
            ds.add_new(keyword, "DS", [DSfloat(v, auto_format=True) for v in (spacing[0] / down, spacing[1] / across)])


def _refer_to(image: ImageStatement) -> Dataset:
    reference, purpose = Dataset(), Dataset()
    reference.ReferencedSOPClassUID = image.reading.sop_class_uid
    reference.ReferencedSOPInstanceUID = image.reading.sop_instance_uid
    purpose.CodeValue = codes.SOURCE_IMAGE.value
    purpose.CodingSchemeDesignator = codes.SOURCE_IMAGE.scheme_designator
    purpose.CodeMeaning = codes.SOURCE_IMAGE.meaning
    reference.PurposeOfReferenceCodeSequence = [purpose]
    return reference
