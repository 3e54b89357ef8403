"""The presentation state: boxes and statement over the original pixels, which a viewer can switch on and off.

Grayscale Softcopy Presentation State, PS3.3 A.33.1: one per image read, text only where nothing was found.
"""

import copy

import highdicom as hd
from highdicom import pr
from highdicom.color import CIELabColor
from pydicom import DataElement, Dataset, Sequence
from pydicom.multival import MultiValue
from pydicom.valuerep import DSfloat

from domain.document import Document, DocumentKind
from domain.finding import Box, FractureState
from reporting import wording
from reporting.instance import Slot, copy_region, finish, write
from reporting.statement import Finding, ImageStatement, StudyStatement
from reporting.structured_report import outline

#: Graphic Layer (CS, 16) and colour of each level: one layer a colour, for a colour of a single object is rarely shown.
_LAYERS = {
    FractureState.PRESENT: ("AI PRESENT", CIELabColor(68.0, 48.0, 58.0)),
    FractureState.DOUBT: ("AI DOUBT", CIELabColor(84.0, 6.0, 72.0)),
    FractureState.ABSENT: ("AI NEGATIVE", CIELabColor(78.0, -42.0, 32.0)),
}
#: Where the statement stands, as fractions of the displayed area (left, top, right, bottom).
_STATEMENT_AREA = (0.01, 0.01, 0.75, 0.05)
_NOTICE_AREA = (0.01, 0.05, 0.75, 0.09)
_TIER_AREA = (0.01, 0.09, 0.75, 0.13)
#: A label beside its box, as fractions of the image.
_LABEL_HEIGHT, _LABEL_WIDTH = 0.03, 0.25
#: Transformations of the source that a presentation state repeats (PS3.4 N.2: one that is left out means identity).
_MODALITY_LUT = ("ModalityLUTSequence", "RescaleIntercept", "RescaleSlope", "RescaleType")
_VOI_LUT = ("VOILUTSequence", "WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction")


def is_grey(image: ImageStatement) -> bool:
    """Whether a grayscale presentation state can refer to the image."""
    return int(image.source.header.get("SamplesPerPixel") or 1) == 1


def write_presentation_state(statement: StudyStatement, image: ImageStatement) -> Document:
    """Return the presentation state of one grey image that was read."""
    assert image.fracture is not None
    slot = Slot(DocumentKind.PRESENTATION_STATE, "PR", image.reading.sop_instance_uid, image.number)
    layer_name, colour = _LAYERS[image.fracture.state]
    layer = pr.GraphicLayer(layer_name, 1, description="AI fracture reading", display_color=colour)
    ds = pr.GrayscaleSoftcopyPresentationState(
        [image.source.skeleton],
        device_serial_number=statement.study.reporting.station_name,
        content_label="AI_FRACTURE",
        content_description=f"{wording.NOT_A_DIAGNOSIS}: image {image.number}"[:64],
        content_creator_name="Osteonode^AI",
        graphic_layers=[layer],
        graphic_annotations=[_annotate(image, layer)],
        presentation_lut_transformation=hd.PresentationLUTTransformation(
            presentation_lut_shape="INVERSE" if image.source.inverse else "IDENTITY"
        ),
        **slot.arguments(statement),
    )
    del ds.DeviceSerialNumber  # asked for by the constructor; none of our objects has one
    _copy_transformations(ds, image)
    _keep_aspect(ds, image)
    copy_region(ds, image.source)
    finish(ds, statement, image.source)
    return write(ds, slot, statement)


def _annotate(image: ImageStatement, layer: pr.GraphicLayer) -> pr.GraphicAnnotation:
    boxes = [
        pr.GraphicObject(
            "POLYLINE",
            outline(finding.box),
            "PIXEL",
            tracking_id=finding.identifier,
            tracking_uid=finding.tracking_uid,
        )
        for finding in image.findings
    ]
    labels = [_label(finding, image) for finding in image.findings]
    return pr.GraphicAnnotation(
        [image.source.skeleton], layer, graphic_objects=boxes or None, text_objects=[*_state_in_words(image), *labels]
    )


def _state_in_words(image: ImageStatement) -> list[pr.TextObject]:
    assert image.fracture is not None
    certainty = wording.describe_probability(image.fracture.probability)
    said = filter(None, (image.headline, certainty, image.type_in_words, *image.place_in_words))
    words, tier = f"AI: {', '.join(said)}", wording.TIERS_IN_SHORT[image.tier]
    lines = ((words, _STATEMENT_AREA), (wording.NOT_A_DIAGNOSIS, _NOTICE_AREA), (tier, _TIER_AREA))
    return [
        pr.TextObject(text, "DISPLAY", bounding_box=area, text_justification="LEFT") for text, area in lines if text
    ]


def _label(finding: Finding, image: ImageStatement) -> pr.TextObject:
    """A label above its box, or below it at the upper edge; always on the image."""
    rows, columns = image.reading.rows, image.reading.columns
    height, width = _LABEL_HEIGHT * rows, min(_LABEL_WIDTH * columns, columns)
    left, top = _place_label(finding.box, height, width, rows, columns)
    return pr.TextObject(
        f"AI: {wording.describe_box(finding.box.probability)}",
        "PIXEL",
        bounding_box=(left, top, left + width, top + height),
        text_justification="LEFT",
    )


def _place_label(box: Box, height: float, width: float, rows: int, columns: int) -> tuple[float, float]:
    top = box.y_min_px - height
    if top < 0:
        top = min(box.y_max_px, rows - height)
    return min(box.x_min_px, columns - width), top


def _copy_transformations(ds: Dataset, image: ImageStatement) -> None:
    """Repeat the source's modality and VOI transformation, so that this state leaves the grey scale as it is."""
    header = image.source.header
    for keyword in _MODALITY_LUT:
        if keyword in header:
            ds.add(copy.deepcopy(header[keyword]))
    voi = Dataset()
    for keyword in _VOI_LUT:
        if keyword in header and header[keyword].value not in (None, ""):
            voi.add(_take_first(header[keyword]))
    if "VOILUTSequence" in voi or ("WindowCenter" in voi and "WindowWidth" in voi):
        ds.SoftcopyVOILUTSequence = [voi]


def _take_first(element: DataElement) -> DataElement:
    """Return the first of several windows or tables, which a viewer shows first: a state has one (PS3.3 C.11.8)."""
    first = copy.deepcopy(element)
    if isinstance(first.value, (MultiValue, Sequence)) and len(first.value) > 1:
        first.value = list(first.value)[:1] if isinstance(first.value, Sequence) else first.value[0]
    return first


def _keep_aspect(ds: Dataset, image: ImageStatement) -> None:
    """State the size or shape of the source's pixels; highdicom says square for all (PS3.3 C.10.4)."""
    area = ds.DisplayedAreaSelectionSequence[0]
    del area.PixelOriginInterpretation  # 1C for slides only
    del area.PresentationPixelAspectRatio
    if image.source.spacing_mm:
        area.PresentationPixelSpacing = [DSfloat(value, auto_format=True) for value in image.source.spacing_mm]
    else:
        area.PresentationPixelAspectRatio = [round(value) for value in image.source.aspect]
