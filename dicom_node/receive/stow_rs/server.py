"""The HTTP listener, in a thread of its own."""

import logging
import ssl
import time
from threading import Thread
from typing import Final

import uvicorn

from config.http import Http
from dicom_node.receive.event_line import emit
from dicom_node.receive.stow_rs.application import StoreApplication
from dicom_node.receive.stow_rs.protocol import bound
from dicom_node.web_listener import open_web_listener

LISTENING = "receive.http_listening"
STOPPED = "receive.http_stopped"

_HEAD_SECONDS: Final = 10.0
_GRACE_SECONDS: Final = 10.0
#: Connections for each upload: peers keep some open between requests.
_CONNECTIONS_PER_UPLOAD: Final = 4


class StowRs:
    """Takes images by STOW-RS between `start` and `stop`.

    Args:
        context: for HTTPS; None for HTTP.
        head_seconds: longest wait for the head of a request.
        grace_seconds: for uploads that are under way when it stops.
    """

    def __init__(
        self,
        settings: Http,
        application: StoreApplication,
        context: ssl.SSLContext | None = None,
        *,
        head_seconds: float = _HEAD_SECONDS,
        grace_seconds: float = _GRACE_SECONDS,
    ) -> None:
        self._settings, self._context = settings, context
        protocol = bound(settings.requests * _CONNECTIONS_PER_UPLOAD, head_seconds)
        self._config = uvicorn.Config(
            application.asgi,
            http=protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # who calls is told by the connection, not by a header
            server_header=False,
            timeout_keep_alive=int(_HEAD_SECONDS),
            timeout_graceful_shutdown=grace_seconds,  # type: ignore[arg-type] # it goes to asyncio.wait_for
            ssl_context_factory=(lambda _config, _default: context) if context is not None else None,
        )
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None
        self.port = settings.port

    def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: the address cannot be listened at.
        """
        listener = open_web_listener("http", self._settings.bind, self._settings.port)
        self.port = int(listener.getsockname()[1])
        self._server = server = uvicorn.Server(self._config)
        self._thread = Thread(target=server.run, args=([listener],), name="stow-rs", daemon=True)
        self._thread.start()
        while not server.started and self._thread.is_alive():
            time.sleep(0.005)
        scheme = "https" if self._context else "http"
        fields = {"url": f"{scheme}://{self._settings.bind}:{self.port}/studies"}
        emit(logging.INFO, LISTENING, "listening", **fields)

    def stop(self) -> None:
        """Take no more requests, and let those under way end within some seconds."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = self._thread = None
        emit(logging.INFO, STOPPED, "stopped", port=self.port)
