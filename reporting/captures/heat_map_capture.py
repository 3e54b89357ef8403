"""The heat map capture: a secondary capture of its own series, part of the answer. PS3.3 A.8.1, 8-bit RGB.

It shows where a model looked. A warm place is where the model found its reason, and need not be where the fracture is:
the sheet says so, and has the banner and the side of every capture.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from domain.document import Document, DocumentKind
from domain.errors import DocumentError
from domain.evidence_map import EvidenceMap
from reporting import wording
from reporting.captures.canvas import Caption, ColourScale, draw_sheet
from reporting.captures.heat_picture import describe_scale, find_top, spread_evidence, tint_by_heat
from reporting.captures.secondary_capture import Capture, caption_image, reduce_picture, write_capture
from reporting.instance import Slot
from reporting.statement import ImageStatement, StudyStatement

#: Methods of this kind have a series of their own, by the name that people know.
_GRAD_CAM = "grad-cam"


def is_wanted(statement: StudyStatement, image: ImageStatement) -> bool:
    """Say whether the site wants the heat map of an image with such a statement, and the tier shows places."""
    wanted = statement.study.reporting.heat_maps if statement.study.tier.states_places else ()
    return image.fracture is not None and image.fracture.state in wanted


def why_withheld(image: ImageStatement) -> str:
    """Return why an image that was read has no heat map capture, for a person; empty where it has one."""
    try:
        evidence = image.evidence.evidence_map
    except DocumentError as error:
        return str(error.args[0])
    return "" if evidence is not None and image.evidence.display is not None else wording.NO_MAP


def write_heat_map_captures(statement: StudyStatement, images: Iterable[ImageStatement]) -> Iterator[Document]:
    """Return a heat map capture for each of these images that the site wants one of, and that has a map."""
    for image in images:
        if is_wanted(statement, image) and not why_withheld(image):
            yield write_heat_map_capture(statement, image)


def write_heat_map_capture(statement: StudyStatement, image: ImageStatement) -> Document:
    """Return the heat map capture of one image that was read and has a picture and a map."""
    evidence, side = image.evidence.evidence_map, statement.study.reporting.heat_map_side_px
    picture = reduce_picture(image, side, side)
    assert evidence is not None
    assert picture is not None
    heat = spread_evidence(evidence, (image.reading.rows, image.reading.columns), picture.shape)
    scale = describe_scale(find_top(heat))
    sheet = draw_sheet(picture, (), _caption(statement, image, evidence, scale))
    rows, columns = picture.shape
    sheet.pixels[sheet.picture_top :, sheet.picture_left :][:rows, :columns] = tint_by_heat(
        picture, heat, find_top(heat)
    )
    series = "CAM" if evidence.method.startswith(_GRAD_CAM) else "HEAT"
    capture = Capture(
        Slot(DocumentKind.HEAT_MAP_CAPTURE, series, image.reading.sop_instance_uid, image.number),
        sheet,
        picture,
        wording.describe_heat_derivation(evidence.method, _name_model(image, evidence), scale.high),
        f"{wording.HEAT_COMMENT} {image.line}",
    )
    return write_capture(statement, image, capture)


def _caption(statement: StudyStatement, image: ImageStatement, evidence: EvidenceMap, scale: ColourScale) -> Caption:
    caption, fracture = caption_image(statement, image), image.fracture
    assert fracture is not None
    return replace(
        caption,
        headline=wording.HEAT_HEADLINE,
        detail=wording.describe_statement(fracture.state, fracture.probability),
        models=f"{wording.describe_heat(evidence.method)}; {_name_model(image, evidence)}",
        legend=(),
        scale=scale,
        note=wording.HEAT_NOTE,
    )


def _name_model(image: ImageStatement, evidence: EvidenceMap) -> str:
    """Return the name of the model whose map it is, with the version that spoke."""
    spoke = {member.model: f"{member.model} {member.version}" for member in image.reading.members}
    return spoke.get(evidence.model, evidence.model)
