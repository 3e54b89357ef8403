"""Where the console listens: for this machine alone while nobody is configured, else where the configuration says."""

import logging
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp

from config.console import Console
from config.tls import ListenerTls
from dicom_node.console.hosts import is_loopback
from dicom_node.console_process.server import ConsoleServer

LOOPBACK: Final = "127.0.0.1"
#: So soon after the first user was added it listens for others.
LOOK_SECONDS: Final = 3.0
_log = logging.getLogger("osteonode.console")


def choose_bind(console: Console, *, is_open: bool) -> str:
    """Return the address to listen on.

    Args:
        is_open: nobody is configured: neither a user nor a provider of identities.
    """
    return LOOPBACK if is_open and not is_loopback(console.bind) else console.bind


class Listener:
    """Listens, and moves to another address when the first user comes or the last one goes.

    Args:
        wanted: tells the address to listen on, now.
    """

    def __init__(
        self, console: Console, tls: ListenerTls | None, application: ASGIApp, wanted: Callable[[], str]
    ) -> None:
        self._console, self._application, self._wanted = console, application, wanted
        self._tls = tls if console.tls else None
        self._port = console.port
        self._server: ConsoleServer | None = None

    def start(self) -> ConsoleServer:
        """Listen; raises ConfigError where the address cannot be listened at, LedgerError where nobody can be asked."""
        return self._listen(self._wanted())

    def look_again(self) -> None:
        """Listen elsewhere where that is wanted now; raises as `start` does, and may be called again then."""
        wanted = self._wanted()
        if self._server is not None and self._server.bind == wanted:
            return
        self.stop()
        self._listen(wanted)

    def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.stop()
        self._server = None

    def _listen(self, bind: str) -> ConsoleServer:
        if bind != self._console.bind:
            _log.warning(
                "console.loopback_only: nobody is configured, so it listens on %s and not on %s; `osteonode users add`",
                bind,
                self._console.bind,
                extra={"event": "console.loopback_only", "bind": bind},
            )
        server = ConsoleServer(self._console, self._application, bind, self._port, self._tls)
        server.start()
        self._server, self._port = server, server.port
        return server
