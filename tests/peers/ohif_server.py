"""OHIF as its npm package brings it, served on loopback; what begins with /dicom-web is asked of an Orthanc."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

#: Where `make ohif` puts it.
FOLDER = Path(__file__).resolve().parents[2] / ".viewers" / "ohif"
DICOM_WEB = "/dicom-web"
_PASSED_ON = ("Accept", "Host")
_TIMEOUT_SECONDS = 60
#: A site's own configuration takes the place of the one that the package brings.
_CONFIGURATION = {
    "routerBasename": "/",
    "extensions": [],
    "modes": [],
    "showStudyList": True,
    "showCPUFallbackMessage": False,
    "measurementTrackingMode": "standard",
    "investigationalUseDialog": {"option": "never"},
    "defaultDataSourceName": "archive",
    "dataSources": [
        {
            "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
            "sourceName": "archive",
            "configuration": {
                "friendlyName": "Orthanc",
                "name": "archive",
                "qidoRoot": DICOM_WEB,
                "wadoRoot": DICOM_WEB,
                "wadoUriRoot": DICOM_WEB,
                "imageRendering": "wadors",
                "thumbnailRendering": "wadors",
                "enableStudyLazyLoad": True,
                "bulkDataURI": {"enabled": True},
                "omitQuotationForMultipartRequest": True,
            },
        }
    ],
}


class _Handler(SimpleHTTPRequestHandler):
    """Answers GET: a file of the viewer, its configuration, or what the archive says."""

    protocol_version = "HTTP/1.1"
    archive_url = ""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, directory=str(FOLDER), **options)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith(DICOM_WEB):
            self._ask_archive()
        elif path == "/app-config.js":
            self._send(200, "text/javascript", f"window.config = {json.dumps(_CONFIGURATION)};".encode())
        else:
            if not (FOLDER / path.lstrip("/")).is_file():
                self.path = "/index.html"  # the viewer reads the rest of the address itself
            super().do_GET()

    def _ask_archive(self) -> None:
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        try:
            answer: HTTPResponse | HTTPError = urlopen(
                Request(self.archive_url + self.path, headers=headers), timeout=_TIMEOUT_SECONDS
            )
        except HTTPError as error:
            answer = error
        with answer:
            self._send(answer.status or 502, answer.headers.get("Content-Type", ""), answer.read())

    def _send(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: what is asked names studies."""


@contextmanager
def serve_ohif(orthanc_url: str) -> Iterator[str]:
    """Serve the viewer on a free loopback port until the block ends; give its address."""
    handler = type("Handler", (_Handler,), {"archive_url": orthanc_url})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="ohif")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
