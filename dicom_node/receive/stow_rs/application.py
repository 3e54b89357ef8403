"""The resources that can be posted to, and what is answered where nothing was stored (PS3.18 10.5)."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from typing import Final

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.http import Http, HttpClient
from config.image_classes import uids_of
from dicom_node.receive import events
from dicom_node.receive.door import Door, Origin, Passage
from dicom_node.receive.event_line import emit
from dicom_node.receive.header import is_uid
from dicom_node.receive.statuses import Outcome
from dicom_node.receive.stow_rs import answers
from dicom_node.receive.stow_rs.clients import Caller, Clients, Denial
from dicom_node.receive.stow_rs.multipart import ContentType, parse_content_type
from dicom_node.receive.stow_rs.upload import DICOM, Upload

REQUEST_REFUSED = "receive.http_refused"
UPLOAD_BROKEN = "receive.http_upload_broken"

_RETRY: Final = {"Retry-After": "30"}
_CLOSE: Final = {"Connection": "close"}
#: A body that comes more slowly than this holds a place that others wait for.
_LEAST_BYTES_PER_SECOND: Final = 1024
#: So much is handed to a worker thread at once.
_HANDED_OVER_BYTES: Final = 1 << 18


class UploadBroken(Exception):
    """The body does not come any more; the message says why."""


class Refusal(Exception):
    """A request that is answered without its body being looked at."""

    def __init__(self, status: int, told: str, explanation: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(told)
        self.status, self.told, self.explanation, self.headers = status, told, explanation or told, headers


class StoreApplication:
    """Answers POST /studies and POST /studies/{study}.

    Args:
        called_ae_title: of this node; kept with the images.
    """

    def __init__(self, settings: Http, clients: Clients, door: Door, called_ae_title: str) -> None:
        self._settings, self._clients, self._door, self._called = settings, clients, door, called_ae_title
        self._open_uploads = 0
        self._threads: CapacityLimiter | None = None
        routes = [Route(path, self._answer, methods=["POST"]) for path in ("/studies", "/studies/{study}")]
        self.asgi = Starlette(routes=routes)

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._store(request)
        except Refusal as refusal:
            address = _address(request)
            emit(logging.WARNING, REQUEST_REFUSED, refusal.explanation, status=refusal.status, address=address)
            return Response(f"{refusal.told}\n", refusal.status, refusal.headers, "text/plain")
        except Exception as error:
            events.handler_failed(error)
            return Response("internal error, see the log of this node\n", 500, media_type="text/plain")

    async def _store(self, request: Request) -> Response:
        client = self._admit(request)
        media_type = _choose_media_type(request.headers.get("accept", ""))
        boundary = _find_boundary(parse_content_type(request.headers.get("content-type", "")))
        study = request.path_params.get("study", "")
        if study and not is_uid(study):
            raise Refusal(400, "what stands behind /studies/ is no Study Instance UID")
        if self._open_uploads >= self._settings.requests:
            raise Refusal(503, "busy, send again later", "more uploads at once than http.requests", _RETRY)
        if not self._door.has_room():
            raise Refusal(507, "the disk is nearly full, send again later", headers=_RETRY)
        origin = Origin(client.ae_title, self._called, study, uids_of(client.sop_classes))
        upload = Upload(self._door, origin, boundary)
        self._open_uploads += 1
        try:
            await self._receive(request, upload)
        finally:
            self._open_uploads -= 1
            upload.abandon()  # at once: where the listener stops, nothing is waited for any more
        return _respond(upload, media_type)

    def _admit(self, request: Request) -> HttpClient:
        caller = Caller(
            _address(request),
            request.headers.get("authorization", ""),
            request.scope.get("extensions", {}).get("tls", {}).get("client_cert_name") or "",
        )
        admitted = self._clients.admit(caller)
        if isinstance(admitted, Denial):
            challenge = {"WWW-Authenticate": 'Bearer realm="osteonode"'} if admitted.status == 401 else {}
            raise Refusal(admitted.status, admitted.told, admitted.explanation, challenge)
        return admitted

    async def _receive(self, request: Request, upload: Upload) -> None:
        if self._threads is None:
            self._threads = CapacityLimiter(self._settings.requests)
        try:
            async for data in _gather(_pace(request, self._settings.idle_seconds)):
                await to_thread.run_sync(upload.feed, data, limiter=self._threads)
        except UploadBroken as error:
            emit(logging.WARNING, UPLOAD_BROKEN, str(error), address=_address(request))
            raise Refusal(408, f"{error}: send again what was not answered", headers=_CLOSE) from error
        await to_thread.run_sync(upload.finish, limiter=self._threads)


async def _pace(request: Request, idle_seconds: float) -> AsyncIterator[bytes]:
    """Yield the body as it comes.

    Raises:
        UploadBroken: it stands still, creeps, or the client has gone.
    """
    began, received = time.monotonic(), 0
    while True:
        try:
            message = await asyncio.wait_for(request.receive(), idle_seconds)
        except TimeoutError:
            raise UploadBroken(f"nothing came for {idle_seconds:g} s") from None
        if message["type"] == "http.disconnect":
            raise UploadBroken("the client closed the connection before the end of the body")
        received += len(message.get("body", b""))
        yield message.get("body", b"")
        if not message.get("more_body", False):
            return
        if received < (time.monotonic() - began - idle_seconds) * _LEAST_BYTES_PER_SECOND:
            raise UploadBroken(f"less than {_LEAST_BYTES_PER_SECOND} bytes came each second")


async def _gather(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the same bytes in fewer pieces."""
    gathered = bytearray()
    async for piece in pieces:
        gathered += piece
        if len(gathered) >= _HANDED_OVER_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _respond(upload: Upload, media_type: str) -> Response:
    passages = [*upload.passages, *([Passage(Outcome.TRUNCATED)] if upload.broken else [])]
    if not upload.passages:
        raise Refusal(400, f"nothing was stored: {upload.broken or 'the body has no part'}")
    status, words = answers.choose_status(passages), answers.remark(passages)
    headers = {"Warning": f'299 osteonode "{words}"'} if words else {}
    if status in (503, 507):
        headers |= _RETRY
    return Response(answers.encode(answers.describe(passages), media_type), status, headers, media_type)


def _find_boundary(content_type: ContentType) -> str:
    """Return the boundary of a multipart body, empty for a body that is one instance; raises Refusal (415, 400)."""
    if content_type.name == DICOM:
        return ""
    if content_type.name != "multipart/related" or content_type.related_type not in (DICOM, ""):
        raise Refusal(415, f'send multipart/related; type="{DICOM}", or one instance as {DICOM}')
    if not content_type.boundary:
        raise Refusal(400, "the Content-Type has no boundary")
    return content_type.boundary


def _choose_media_type(accept: str) -> str:
    """Return what the client takes of what is made here; raises Refusal (406) where it takes neither."""
    accepted = [each.partition(";")[0].strip().lower() for each in accept.split(",") if each.strip()]
    if not accepted or {answers.JSON, "application/json", "application/*", "*/*"} & set(accepted):
        return answers.JSON
    if answers.XML in accepted:
        return answers.XML
    raise Refusal(406, f"answers are {answers.JSON} or {answers.XML}")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
