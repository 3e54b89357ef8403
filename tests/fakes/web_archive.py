"""An archive of the web that answers as a test wants: STOW-RS and the part of Orthanc's REST that takes files."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from pydicom import dcmread

from config.settings import Destination


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


#: From the number of a request (from 0) to its answer; None answers as a well-behaved archive does.
Script = Callable[[int], Reply | None]


@dataclass
class Heard:
    """A request: `GET /system`, its headers, and the DICOM files in it."""

    line: str
    headers: dict[str, str]
    files: list[bytes]


class WebArchive:
    """A server on a loopback port, running inside `with`.

    Args:
        reasons: FailureReason by SOP class; instances of others are stored.
        tls: speaks HTTPS.
    """

    def __init__(
        self,
        script: Script = lambda _number: None,
        *,
        reasons: dict[str, int] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.script, self.reasons = script, reasons or {}
        self.heard: list[Heard] = []
        self.stored: dict[str, bytes] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        """The root of the service."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def destination(self, kind: str, **settings: Any) -> Destination:
        """Return the settings that send results here."""
        return web_destination(kind, self.url, **settings)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, heard: Heard) -> Reply:
        """Take a request and return what is said to it."""
        self.heard.append(heard)
        scripted = self.script(len(self.heard) - 1)
        return scripted if scripted is not None else self._serve(heard)

    def _serve(self, heard: Heard) -> Reply:
        if heard.line == "POST /studies":
            return self._store_all(heard.files)
        if heard.line == "POST /instances":
            uid, _ = self._store(heard.files[0])
            return _json(200, {"Status": "Success", "ID": uid, "ParentStudy": "study-1"})
        return _json(200, {"Version": "1.12.0"} if heard.line == "GET /system" else {})

    def _store_all(self, files: list[bytes]) -> Reply:
        reasons = dict(map(self._store, files))
        failed = {uid: reason for uid, reason in reasons.items() if reason}
        status = 200 if not failed else 409 if len(failed) == len(reasons) else 202
        return _json(status, store_response([uid for uid in reasons if uid not in failed], failed))

    def _store(self, file: bytes) -> tuple[str, int]:
        ds = dcmread(BytesIO(file), specific_tags=["SOPInstanceUID", "SOPClassUID"])
        reason = self.reasons.get(str(ds.SOPClassUID), 0)
        if not reason:
            self.stored[str(ds.SOPInstanceUID)] = file
        return str(ds.SOPInstanceUID), reason


def web_destination(kind: str, url: str = "http://127.0.0.1:1", **settings: Any) -> Destination:
    """Return the settings of a destination of the web; without a url nobody is there."""
    return Destination.model_validate({"name": kind, "kind": kind, "url": url, "timeout_seconds": 5, **settings})


def store_response(stored: list[str], failed: dict[str, int], warning: int = 0) -> dict[str, Any]:
    """Return a Store Instances Response Module in the DICOM JSON model."""
    warn = {"00081196": {"vr": "US", "Value": [warning]}} if warning else {}
    module: dict[str, Any] = {}
    if stored:
        items = [{"00081155": {"vr": "UI", "Value": [uid]}, **warn} for uid in stored]
        module["00081199"] = {"vr": "SQ", "Value": items}
    if failed:
        items = [
            {"00081155": {"vr": "UI", "Value": [uid]}, "00081197": {"vr": "US", "Value": [reason]}}
            for uid, reason in failed.items()
        ]
        module["00081198"] = {"vr": "SQ", "Value": items}
    return module


def _json(status: int, body: Any) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/dicom+json"})


def _handler(archive: WebArchive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            body = _read_body(self)
            kind = self.headers.get("Content-Type", "")
            files = _split(body, kind) if "multipart" in kind else [body]
            reply = archive.answer(Heard(f"{self.command} {self.path}", dict(self.headers), files))
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_OPTIONS = serve  # noqa: N815

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler


def _read_body(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding") != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length") or 0))
    body = b""
    while size := int(request.rfile.readline(), 16):
        body += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return body


def _split(body: bytes, content_type: str) -> list[bytes]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    boundary = BytesParser(policy=HTTP).parsebytes(head).get_boundary()
    parts = body.split(f"--{boundary}".encode())[1:-1]
    return [part.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n") for part in parts]
