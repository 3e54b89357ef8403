"""The LIME capture: a secondary capture of its own series, made when the answer has left. PS3.3 A.8.1, 8-bit RGB.

It shows what each part of an image adds to the models' probability. It speaks of the models and not of the patient, so
it has the banner of every capture and says in words what it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydicom.config import disable_value_validation

from domain.document import Document, DocumentKind
from domain.finding import StudyFindings
from reporting import wording
from reporting.captures.canvas import Caption, draw_sheet
from reporting.captures.part_weights import PartWeights
from reporting.captures.parts_picture import FOR, LEGEND, draw_parts
from reporting.captures.secondary_capture import Capture, caption_image, fit_picture, write_capture
from reporting.conformance import gate
from reporting.context import StudyContext
from reporting.evidence import ImageEvidence
from reporting.instance import Slot
from reporting.statement import ImageStatement, StudyStatement, state


def compose_lime(
    study: StudyContext,
    findings: StudyFindings,
    evidence: Sequence[ImageEvidence],
    weights: Mapping[str, PartWeights],
) -> tuple[Document, ...]:
    """Return one LIME capture for each image with weights; the same arguments give the same bytes.

    Args:
        study: the context of the answer that it follows.
        findings: one reading per image.
        evidence: the same images, in any order; those with weights have a picture.
        weights: by SOP Instance UID.

    Raises:
        DocumentError: images and findings do not match, or a document would leave non-conformant.
    """
    with disable_value_validation():  # as for the answer: a source's odd values pass through
        statement = state(study, findings, evidence)
        documents = [
            write_lime_capture(statement, image, weights[image.reading.sop_instance_uid])
            for image in statement.read
            if image.reading.sop_instance_uid in weights
        ]
        for document in documents:
            gate.check(document, statement)
    return tuple(documents)


def write_lime_capture(statement: StudyStatement, image: ImageStatement, parts: PartWeights) -> Document:
    """Return the LIME capture of one image that was read and has a picture."""
    picture = fit_picture(statement, image)
    sheet = draw_sheet(picture, (), _caption(statement, image, parts))
    rows, columns = picture.shape
    sheet.pixels[sheet.picture_top :, sheet.picture_left :][:rows, :columns] = draw_parts(picture, parts)
    key = (image.reading.sop_instance_uid, str(parts.samples), str(parts.seed))
    capture = Capture(
        Slot(DocumentKind.LIME_CAPTURE, "LIME", "/".join(key), image.number),
        sheet,
        picture,
        wording.describe_lime_derivation(parts.samples, parts.seed, parts.r2, parts.models),
        f"{wording.LIME_COMMENT} {image.line}",
    )
    return write_capture(statement, image, capture)


def _caption(statement: StudyStatement, image: ImageStatement, parts: PartWeights) -> Caption:
    fracture = image.fracture
    return replace(
        caption_image(statement, image),
        headline=wording.LIME_HEADLINE,
        detail=wording.describe_statement(fracture.state, fracture.probability) if fracture else "",
        models=f"{wording.describe_lime(parts.samples, parts.r2)}; {', '.join(parts.models)}",
        colour=FOR,
        legend=LEGEND,
        note=wording.LIME_NUMBERS,
    )
