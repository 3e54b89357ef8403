"""The listener of the console: HTTP or HTTPS, with bounds on what a caller may hold open."""

import logging
import socket
import ssl
import time
from threading import Thread
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from config.console import Console
from config.tls import ListenerTls
from dicom_node.console.live.serving import CLOSING
from dicom_node.receive.stow_rs.protocol import bound
from dicom_node.tls.contexts import make_server_context
from dicom_node.web_listener import open_web_listener

_EVERY_INTERFACE: Final = ("0.0.0.0", "::")
_MOST_CONNECTIONS: Final = 256
_HEAD_SECONDS: Final = 10.0
_GRACE_SECONDS: Final = 3
_log = logging.getLogger("osteonode.console")


class ConsoleServer:
    """Serves an application between `start` and `stop`.

    Args:
        bind: address to listen on.
        port: 0 picks a free one.
        tls: the table whose certificate is shown; None for HTTP.
    """

    def __init__(self, console: Console, application: ASGIApp, bind: str, port: int, tls: ListenerTls | None) -> None:
        self.bind, self.port = bind, port
        self._context = make_browser_context(tls) if tls is not None else None
        self._config = uvicorn.Config(
            self._telling(application),
            http=bound(_MOST_CONNECTIONS, _HEAD_SECONDS),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=bool(console.proxies),  # else who calls is told by the connection
            forwarded_allow_ips=list(console.proxies),
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ssl_context_factory=(lambda _config, _default: self._context) if self._context is not None else None,  # type: ignore[arg-type, return-value]
        )
        self._server = uvicorn.Server(self._config)
        self._thread: Thread | None = None

    def _telling(self, application: ASGIApp) -> ASGIApp:
        """Return an application whose streams can ask whether the server ends: nobody waits for one to be over."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[CLOSING] = lambda: self._server.should_exit
            await application(scope, receive, send)

        return serve

    @property
    def url(self) -> str:
        """Where a browser reaches it: by its address, or by the name of this machine where it has several."""
        bind = socket.gethostname() if self.bind in _EVERY_INTERFACE else self.bind
        host = f"[{bind}]" if ":" in bind else bind
        return f"{'https' if self._context else 'http'}://{host}:{self.port}/"

    def start(self) -> None:
        """Return when it listens; raises ConfigError where the address cannot be listened at."""
        listener = open_web_listener("console", self.bind, self.port)
        self.port = int(listener.getsockname()[1])
        # In a thread of its own it leaves the signals of the process alone.
        self._thread = Thread(target=self._server.run, args=([listener],), name="console", daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)
        _log.info("console.listening: %s", self.url, extra={"event": "console.listening", "url": self.url})

    def stop(self) -> None:
        """Take no more requests, and let those under way end within some seconds."""
        if self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._thread = None
        _log.info("console.stopped: %s", self.url, extra={"event": "console.stopped", "url": self.url})


def make_browser_context(tls: ListenerTls) -> ssl.SSLContext:
    """Return what browsers are spoken to with: the node's certificate, and none asked for; raises ConfigError."""
    return make_server_context(tls.model_copy(update={"authorities_file": None, "client_certificates": "optional"}))
