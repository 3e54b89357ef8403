"""From an address to what it names: a study, an image, a document. What is no UID names nothing."""

import re
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException

from dicom_node.console.gate import LIVE_HEADER
from dicom_node.console.visit import Visit
from dicom_node.study_ports import DocumentFile, ImageFile, StudyFile

#: A UID (PS3.5 9.1), with the leading zeros that some devices write.
_UID: Final = re.compile(r"[0-9]+(\.[0-9]+)*\Z")
_LONGEST: Final = 64


def is_uid(text: str) -> bool:
    """Return whether a text may be a UID; a path, a space or a control character never is."""
    return len(text) <= _LONGEST and _UID.match(text) is not None


def find_study(visit: Visit) -> StudyFile:
    """Return the study that an address names; raises HTTPException 404 where there is none."""
    uid = visit.path_value("study")
    file = visit.services.studies.file(uid) if is_uid(uid) else None
    if file is None:
        raise HTTPException(404)
    return file


def find_image(visit: Visit) -> tuple[StudyFile, ImageFile]:
    """Return the image that an address names; raises HTTPException 404 where there is none."""
    file = find_study(visit)
    image = file.image(visit.path_value("image"))
    if image is None:
        raise HTTPException(404)
    return file, image


def find_document(visit: Visit) -> tuple[StudyFile, DocumentFile]:
    """Return the document that an address names, and record that somebody looks at it.

    Raises HTTPException: 404 where there is none, or its file is gone; 403 for who may not see patients, whom documents
    name.
    """
    if not visit.sees_patients:
        raise HTTPException(403, "role")
    file = find_study(visit)
    document = file.document(visit.path_value("document"))
    if document is None or document.path is None or not document.path.is_file():
        raise HTTPException(404)
    note_look(visit, file)
    return file, document


def address_in(file: StudyFile, what: str, identifier: str) -> str:
    """Return the address of an image or a document of a study."""
    return f"/studies/{quote(file.row.study_instance_uid, safe='')}/{what}/{quote(identifier, safe='')}"


def note_look(visit: Visit, file: StudyFile) -> None:
    """Record that somebody looks at a study, unless a page only looks again on its own."""
    if LIVE_HEADER in visit.request.headers:
        return
    by = visit.visitor.name if visit.visitor else ""
    address = visit.request.client.host if visit.request.client else ""
    visit.services.studies.looked(by, file.row.study_instance_uid, address)
