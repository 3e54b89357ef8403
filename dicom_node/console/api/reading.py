"""POST /v1/read: one image in, the JSON of `osteonode read --json` out. Nothing of it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from config.uploads import Uploads
from dicom_node.console.api.answers import ReadingBody
from dicom_node.console.api.endpoint import Call, Endpoint
from dicom_node.console.api.problems import Problem
from dicom_node.console.serving import bounded
from dicom_node.desk_ports import DeskAnswer, DeskQuestion, ImageDesk
from dicom_node.image_desk.kinds import KINDS
from dicom_node.image_desk.spool import Spooling, TooLarge, UnknownKind

_MULTIPART: Final = "multipart/form-data"
_ANYTHING: Final = "application/octet-stream"
_MEDIA_TYPES: Final = (*(kind.media_type for kind in KINDS), _ANYTHING)
_BINARY: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
_PIECE_BYTES: Final = 1 << 18
#: A form has lines around its file.
_FORM_BYTES: Final = 64 * 1024

#: The bodies that are taken, for the document.
IMAGE_BODIES: Final[dict[str, Any]] = {
    **{media_type: _BINARY for media_type in _MEDIA_TYPES},
    _MULTIPART: {
        "schema": {
            "type": "object",
            "required": ["image"],
            "properties": {"image": {"type": "string", "format": "binary", "description": "The file."}},
        }
    },
}


class ReadQuery(BaseModel):
    """How the answer calls the image."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(
        "",
        max_length=255,
        description="What `path` of the answer says; left out: the file name of a form.",
    )


async def read(call: Call) -> Response:
    """Have the image of a call read."""
    uploads, desk = call.settings.uploads, call.parts.desk
    with Spooling(call.parts.spool, uploads.image_mib << 20) as spooling:
        question = await _spool(call, spooling)
        answer = await _ask(call.request, desk, question, uploads)
    reason = json.loads(answer.line)["reason"]
    if reason is not None and reason["code"] == "not-dicom":
        raise Problem("not-an-image", reason["text"])
    return Response(answer.line, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _spool(call: Call, spooling: Spooling) -> DeskQuestion:
    media_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if media_type == _MULTIPART:
            return await _spool_form(call, spooling)
        if media_type not in _MEDIA_TYPES:
            raise Problem("media-type", f"this address takes {', '.join((*_MEDIA_TYPES, _MULTIPART))}")
        return await _take(spooling, call.request.stream(), call.query.path)
    except TooLarge:
        raise Problem("too-large", f"at most {call.settings.uploads.image_mib} MiB are taken") from None
    except UnknownKind:
        raise Problem("media-type", "the file is neither DICOM (Part 10) nor PNG nor JPEG") from None
    except ClientDisconnect:
        raise Problem("invalid-request", "the body ended before its end") from None


async def _spool_form(call: Call, spooling: Spooling) -> DeskQuestion:
    most = (call.settings.uploads.image_mib << 20) + _FORM_BYTES
    request = Request(call.request.scope, bounded(call.request.receive, most))
    try:
        async with request.form(max_files=1, max_fields=1) as form:
            image = form.get("image")
            if not isinstance(image, UploadFile):
                raise Problem("invalid-request", "the form has no file with the name `image`")
            return await _take(spooling, _pieces(image), call.query.path or (image.filename or "")[:255])
    except HTTPException as error:
        if error.status_code == 413:
            raise TooLarge from None
        raise Problem("invalid-request", "the body is no form with one file") from None


async def _take(spooling: Spooling, pieces: AsyncIterator[bytes], stated_path: str) -> DeskQuestion:
    spooled = await spooling.take(pieces)
    return DeskQuestion(spooled.path, stated_path, await run_in_threadpool(spooled.study_instance_uid))


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE_BYTES):
        yield piece


async def _ask(request: Request, desk: ImageDesk, question: DeskQuestion, uploads: Uploads) -> DeskAnswer:
    """Return the answer of the desk; nobody reads for a caller who has gone."""
    asking = asyncio.ensure_future(desk.read(question, deadline_seconds=uploads.deadline_seconds))
    leaving = asyncio.ensure_future(_wait_until_gone(request))
    try:
        await asyncio.wait((asking, leaving), return_when=asyncio.FIRST_COMPLETED)
        if asking.done():
            return asking.result()
        raise Problem("invalid-request", "the caller has gone")
    finally:
        asking.cancel()
        leaving.cancel()
        await asyncio.gather(asking, leaving, return_exceptions=True)


async def _wait_until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


ENDPOINTS: Final = (
    Endpoint(
        "POST",
        "/read",
        "readImage",
        "What the models say of one image.",
        "reading",
        read,
        answers=ReadingBody,
        query=ReadQuery,
        takes_image=True,
        problems=("not-an-image", "readers-busy", "reading-too-slow"),
        description="One DICOM file (Part 10), PNG or JPEG, as the body or as the file `image` of a form; what it is "
        "is told by its first bytes. Studies are read first: under load this waits, or is answered 503. The image "
        "belongs to no study, goes to no archive, and nothing of it is kept.",
    ),
)
