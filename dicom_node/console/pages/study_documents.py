"""The images and documents of a study in a browser, and as files to keep."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import pydicom
from pydicom.errors import InvalidDicomError
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from dicom_node.console.page import Get
from dicom_node.console.readable.message import read_message
from dicom_node.console.readable.pictures import LARGE_PX, SMALL_PX, PictureCache, draw_capture, draw_image
from dicom_node.console.readable.report import read_report
from dicom_node.console.study_address import find_document, find_image
from dicom_node.console.visit import Visit
from dicom_node.study_ports import DocumentFile, ImageFile, StudyFile
from domain.document import HL7_KINDS, DocumentKind
from domain.finding import Box, FractureState, ImageReading
from reporting.drawn_boxes import select_boxes

_DAMAGE: Final = (OSError, InvalidDicomError, AttributeError, EOFError, ValueError, TypeError, KeyError)
_REPORTS: Final = frozenset({DocumentKind.STRUCTURED_REPORT, DocumentKind.STRUCTURED_REPORT_BASIC})
_CAPTURES: Final = frozenset(
    {
        DocumentKind.SUMMARY_CAPTURE,
        DocumentKind.SECONDARY_CAPTURE,
        DocumentKind.HEAT_MAP_CAPTURE,
        DocumentKind.LIME_CAPTURE,
    }
)
Made = TypeVar("Made")
_pictures = PictureCache()


def show_image(visit: Visit) -> Response:
    """Show an image as it was read, with the boxes of the models where its tier states places."""
    file, image = find_image(visit)
    side = LARGE_PX if visit.query("size") == "large" else SMALL_PX
    spoken = file.spoken(image)
    boxes = select_boxes(spoken) if spoken and file.tier.states_places else []
    key = (image.sha256, tuple(boxes), side)
    picture = _guarded(lambda: _pictures.get(key, lambda: _draw(visit, image, spoken, boxes, side)))
    return Response(picture, media_type="image/jpeg")


def _draw(visit: Visit, image: ImageFile, spoken: ImageReading | None, boxes: Sequence[Box], side: int) -> bytes:
    read = image.reading
    if image.display is not None and image.display.is_file() and read is not None:
        state = spoken.fracture.state if spoken and spoken.fracture else FractureState.ABSENT
        return draw_image(image.display, boxes, state, read.rows, read.columns, side)
    if image.stored is None or not image.stored.is_file():
        raise HTTPException(404)
    return visit.services.studies.develop(image.stored, side)


def show_report(visit: Visit) -> Response:
    """Show a structured report as an outline."""
    file, document, path = _opened(visit, _REPORTS)
    return _render(visit, "study_report.html", file, document, report=_guarded(lambda: read_report(path)))


def show_message(visit: Visit) -> Response:
    """Show an HL7 message as it is sent, a segment to a line."""
    file, document, path = _opened(visit, HL7_KINDS)
    segments = _guarded(lambda: read_message(path.read_bytes()))
    return _render(visit, "study_message.html", file, document, segments=segments)


def _render(visit: Visit, template: str, file: StudyFile, document: DocumentFile, **shown: Any) -> Response:
    in_shadow = document.version in file.shadow_versions
    return visit.render(template, document=document, in_shadow=in_shadow, study=visit.path_value("study"), **shown)


def show_capture(visit: Visit) -> Response:
    """Show a secondary capture as it was sent."""
    _file, document, path = _opened(visit, _CAPTURES)
    key = ("capture", document.identifier)
    return Response(_guarded(lambda: _pictures.get(key, lambda: draw_capture(path, LARGE_PX))), media_type="image/png")


def show_pdf(visit: Visit) -> Response:
    """Show the PDF that an Encapsulated PDF object holds (PS3.3 C.24.2), in the browser's own viewer."""
    _file, _document, path = _opened(visit, frozenset({DocumentKind.ENCAPSULATED_PDF}))

    def unwrap() -> bytes:
        ds = pydicom.dcmread(path)
        return bytes(ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength])

    headers = {"Content-Disposition": 'inline; filename="report.pdf"'}
    return Response(_guarded(unwrap), media_type="application/pdf", headers=headers)


def keep(visit: Visit) -> Response:
    """Give a document as the file that was sent; a browser keeps it and does not look into it."""
    _file, document, path = _opened(visit, frozenset(DocumentKind))
    is_message = document.kind in HL7_KINDS
    media_type = "application/octet-stream" if is_message else "application/dicom"
    # Of our own words and digits alone: nothing that somebody sent stands in a header of HTTP.
    digits = "".join(each for each in document.identifier if each.isascii() and (each.isalnum() or each == "."))
    name = f"{document.kind.value}-{digits}.{'hl7' if is_message else 'dcm'}"
    return FileResponse(path, media_type=media_type, filename=name)


def _opened(visit: Visit, kinds: frozenset[DocumentKind]) -> tuple[StudyFile, DocumentFile, Path]:
    file, document = find_document(visit)
    if document.kind not in kinds or document.path is None:
        raise HTTPException(404)
    return file, document, document.path


def _guarded(make: Callable[[], Made]) -> Made:
    """Return what can be made of a file; 404 where it is damaged or has gone meanwhile."""
    try:
        return make()
    except _DAMAGE as error:
        raise HTTPException(404) from error


_DOCUMENT: Final = "/studies/{study}/documents/{document}"
ROUTES: Final = (
    Get("/studies/{study}/images/{image}", show_image),
    Get(f"{_DOCUMENT}/report", show_report),
    Get(f"{_DOCUMENT}/message", show_message),
    Get(f"{_DOCUMENT}/picture", show_capture),
    Get(f"{_DOCUMENT}/pdf", show_pdf),
    Get(f"{_DOCUMENT}/file", keep),
)
