"""A small HTTP listener for monitoring systems: three pages, GET and HEAD, nothing is taken in."""

import json
import logging
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6, socket
from socketserver import TCPServer
from threading import BoundedSemaphore, Thread
from typing import Any, Final, NamedTuple

from config.metrics import Metrics
from dicom_node.monitoring.health import Health
from domain.errors import ConfigError

#: Requests at the same time; more are closed without an answer.
_REQUESTS: Final = 8
_REQUEST_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.2
_log = logging.getLogger(__name__)


class Page(NamedTuple):
    """What is answered."""

    status: int
    media_type: str
    content: bytes


#: Makes a page for a header Accept.
Answer = Callable[[str], Page]


def health_pages(health: Health) -> dict[str, Answer]:
    """Return /health/live (the process answers) and /health/ready (it can take images in and answer them)."""
    return {"/health/live": lambda _accept: _page(200, {"status": "live"}), "/health/ready": lambda _: _ready(health)}


def _ready(health: Health) -> Page:
    conditions, is_ready = health.conditions(), health.is_ready()
    found = {name: {"ok": each.holds, "detail": each.words} for name, each in conditions.items()}
    return _page(200 if is_ready else 503, {"status": "ready" if is_ready else "not ready", "conditions": found})


def _page(status: int, content: dict[str, Any]) -> Page:
    return Page(status, "application/json", json.dumps(content, indent=1).encode() + b"\n")


class MonitoringListener:
    """Serves pages between `start` and `stop`, in threads of its own.

    Args:
        pages: by path.
    """

    def __init__(self, settings: Metrics, pages: dict[str, Answer]) -> None:
        self._settings, self._pages = settings, pages
        self._server: _Server | None = None
        self._thread = Thread(target=self._serve, name="monitoring", daemon=True)

    @property
    def port(self) -> int:
        """The TCP port listened on, also where the settings leave the choice to the system."""
        if self._server is None:
            raise RuntimeError("the listener is not started")
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Listen; raises ConfigError where the address cannot be listened at."""
        bind, port = self._settings.bind, self._settings.port
        try:
            self._server = _Server(self._settings, self._pages)
        except OSError as error:
            words = (
                f"metrics.port: cannot listen at {bind}:{port}: {error.strerror}; change metrics.bind or metrics.port"
            )
            raise ConfigError((words,), subject="metrics") from error
        self._thread.start()
        _log.info("metrics and health at http://%s:%d", f"[{bind}]" if ":" in bind else bind, self.port)

    def stop(self) -> None:
        """Close; nothing where it was not started."""
        if self._server is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _serve(self) -> None:
        assert self._server is not None
        self._server.serve_forever(_POLL_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, settings: Metrics, pages: dict[str, Answer]) -> None:
        self.address_family = AF_INET6 if ":" in settings.bind else AF_INET
        self.pages, self._free = pages, BoundedSemaphore(_REQUESTS)
        super().__init__((settings.bind, settings.port), _Handler)

    def server_bind(self) -> None:
        """Bind, and ask no name server what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, or close where too many ask."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        """Answer one request."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: who asks and goes again is no event."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _REQUEST_SECONDS
    server_version, sys_version = "osteonode", ""

    def do_GET(self) -> None:
        answer = self.server.pages.get(self.path.partition("?")[0])
        accept = self.headers.get("Accept", "")
        self._send(answer(accept) if answer else Page(404, "text/plain", _list(self.server.pages)))

    do_HEAD = do_GET  # noqa: N815 - the name that the library looks for

    def _send(self, page: Page) -> None:
        self.send_response(page.status)
        for name, value in (("Content-Type", page.media_type), ("Content-Length", str(len(page.content)))):
            self.send_header(name, value)
        for name, value in (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")):
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(page.content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: a scrape is no event."""


def _list(pages: dict[str, Answer]) -> bytes:
    return f"not found; there are {', '.join(sorted(pages))}\n".encode()
