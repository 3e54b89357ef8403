"""The secondary capture: the one result that every viewer shows. PS3.3 A.8.1, 8-bit RGB.

A copy of the image with its boxes, a banner above and a legend below; one that was not analysed gets one too, which
says why.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from highdicom.sc import SCImage
from pydicom import Dataset
from pydicom.valuerep import DSfloat

from domain.document import Document, DocumentKind
from domain.finding import FractureState
from reporting import codes, equipment, wording
from reporting.captures.canvas import NOTICE, TEXT, Caption, Colour, Mark, Pixels, Sheet, draw_placeholder, draw_sheet
from reporting.captures.summary_layout import count_pages
from reporting.instance import Slot, copy_region, finish, write
from reporting.statement import ImageStatement, StudyStatement

COLOURS: dict[FractureState, Colour] = {
    FractureState.PRESENT: (255, 122, 89),
    FractureState.DOUBT: (255, 205, 86),
    FractureState.ABSENT: (122, 201, 154),
}
_LT_LENGTH = 10240  # PS3.5 6.2
UNREAD_COLOUR: Colour = (150, 164, 180)
#: What the outlines mean: words, colour, whether dashed.
LEGEND = tuple((text, COLOURS[level], level is FractureState.DOUBT) for level, text in wording.LEGEND.items())


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
    slot, picture = slot_of_capture(statement, image), fit_picture(statement, image)
    sheet = draw_sheet(picture, place_marks(image, picture), caption_image(statement, image))
    return write_capture(statement, image, Capture(slot, sheet, picture, wording.DERIVATION, image.line))


def slot_of_capture(statement: StudyStatement, image: ImageStatement) -> Slot:
    """Return the place of an image's capture: the pages of the summary are the first of the series."""
    number = count_pages(len(statement.images)) + image.number
    return Slot(DocumentKind.SECONDARY_CAPTURE, "SC", image.reading.sop_instance_uid, number)


def write_capture(statement: StudyStatement, image: ImageStatement, capture: Capture) -> Document:
    """Return a drawn sheet as a secondary capture of an image."""
    ds = _make_object(statement, [image], capture.slot, capture.sheet.pixels)
    ds.DerivationDescription, ds.ImageComments = capture.derivation, capture.comments
    ds.PatientOrientation = list(image.source.orientation)  # 2C: empty when unknown
    _copy_spacing(ds, image, capture.picture)
    copy_region(ds, image.source)
    finish(ds, statement, image.source)
    return write(ds, capture.slot, statement, capture.sheet.pixels)


def write_page(statement: StudyStatement, images: Sequence[ImageStatement], slot: Slot, pixels: Pixels) -> Document:
    """Return a drawn (r, c, 3) page on several images: it has no orientation of its own, and nothing to measure on."""
    ds = _make_object(statement, images, slot, pixels)
    ds.DerivationDescription = wording.SUMMARY_DERIVATION
    ds.ImageComments = " ".join(statement.lines)[:_LT_LENGTH]
    ds.PatientOrientation = []
    if len({(image.source.body_part, image.source.side.value) for image in images}) == 1:
        copy_region(ds, images[0].source)
    else:
        ds.Laterality = ""
    finish(ds, statement, images[0].source)
    return write(ds, slot, statement, pixels)


def _make_object(statement: StudyStatement, images: Sequence[ImageStatement], slot: Slot, pixels: Pixels) -> Dataset:
    """Return the object of a sheet without its pixels, which are written beside it."""
    ds = SCImage(
        pixels[:1, :1],
        "RGB",
        8,
        "PATIENT",
        study_instance_uid=statement.study_instance_uid,
        patient_orientation=("L", "F"),
        **slot.arguments(statement),
    )
    ds.Rows, ds.Columns = pixels.shape[:2]
    del ds.PixelData
    _describe_pixels(ds, statement, images)
    return ds


def fit_picture(statement: StudyStatement, image: ImageStatement) -> Pixels:
    """Return the display picture with square pixels, its longest side within the configured limit."""
    side = statement.study.reporting.capture_side_px
    picture = reduce_picture(image, side, side)
    return draw_placeholder(wording.NO_PICTURE) if picture is None else picture


def reduce_picture(image: ImageStatement, rows_px: int, columns_px: int) -> Pixels | None:
    """Return the display picture with square pixels, within bounds and never enlarged; None where there is none."""
    picture = image.evidence.picture
    if picture is None:
        return None
    vertical, horizontal = _display_aspect(picture, image)
    rows = picture.shape[0] * max(vertical / horizontal, 1.0)
    columns = picture.shape[1] * max(horizontal / vertical, 1.0)
    scale = min(1.0, rows_px / rows, columns_px / columns)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    if size == (picture.shape[1], picture.shape[0]):
        return picture
    return _resize(picture, size)


def _resize(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """Return a picture in (columns, rows), averaged over areas; exact halves first, which take a tenth of the time."""
    while picture.shape[1] >= 2 * size[0] and picture.shape[0] >= 2 * size[1] and not any(n % 2 for n in picture.shape):
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        picture = np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), np.uint8)
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


def place_marks(image: ImageStatement, picture: Pixels) -> list[Mark]:
    """Return the boxes of an image in pixels of its picture, whatever the picture's size."""
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
    place = "   |   ".join(image.place_in_words)
    return Caption(
        product=equipment.MODEL_NAME,
        notice=" - ".join(filter(None, (wording.NOT_A_DIAGNOSIS, wording.TIERS_IN_SHORT[image.tier]))),
        headline=image.statement,
        detail=wording.describe_probability(fracture.probability) if fracture else place,
        place=reason.text if reason else place,
        software=f"{equipment.MODEL_NAME} {equipment.software_version(statement.study)}",
        models=", ".join(equipment.describe_members(statement.study)),
        review=wording.REVIEW,
        colour=COLOURS[fracture.state] if fracture else UNREAD_COLOUR,
        place_colour=NOTICE if image.contradictions else TEXT,
        legend=LEGEND if fracture and image.tier.states_places else (),
    )


def _describe_pixels(ds: Dataset, statement: StudyStatement, images: Sequence[ImageStatement]) -> None:
    """Say what the pixels are and where they come from."""
    ds.ImageType = ["DERIVED", "SECONDARY"]  # PS3.3 C.8.6.2: highdicom's third value is none
    ds.ConversionType = "WSD"
    # No identity is drawn; what was burnt into a source is still there.
    ds.BurnedInAnnotation = "YES" if _any_states(images, "BurnedInAnnotation", "YES") else "NO"
    ds.RecognizableVisualFeatures = "NO"
    ds.LossyImageCompression = "01" if _any_states(images, "LossyImageCompression", "01") else "00"
    for keyword in ("LossyImageCompressionRatio", "LossyImageCompressionMethod"):
        # Those of several images would be a list in the order of steps, which it is not.
        if ds.LossyImageCompression == "01" and len(images) == 1 and keyword in images[0].source.header:
            ds.add(copy.deepcopy(images[0].source.header[keyword]))
    ds.SecondaryCaptureDeviceManufacturer = statement.study.reporting.manufacturer
    ds.SecondaryCaptureDeviceManufacturerModelName = equipment.MODEL_NAME
    ds.SecondaryCaptureDeviceSoftwareVersions = equipment.software_version(statement.study)
    del ds.DateOfSecondaryCapture, ds.TimeOfSecondaryCapture
    ds.SourceImageSequence = [_refer_to(image) for image in images]


def _any_states(images: Sequence[ImageStatement], keyword: str, value: str) -> bool:
    return any(image.source.text(keyword) == value for image in images)


def _copy_spacing(ds: Dataset, image: ImageStatement, picture: Pixels) -> None:
    """Keep a measurement on the copy as true as on the source: spacing grows as the picture shrinks."""
    if image.evidence.display is None:
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
