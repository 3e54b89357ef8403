"""An audit record repository on loopback: takes syslog over TLS or TCP (RFC 5425, 6587), and keeps what came."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self


class AuditRepository:
    """Listens inside `with`; `messages` are what came, `port` is where.

    Args:
        context: for TLS; None takes plain TCP.
        closes: closes each connection at once, as one does that does not want the caller.
    """

    def __init__(self, context: ssl.SSLContext | None = None, *, port: int = 0, closes: bool = False) -> None:
        self._context, self._closes = context, closes
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listener.getsockname()[1])
        self.messages: list[bytes] = []
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        self._thread.join(5)

    def hang_up(self) -> None:
        """Close the connections that stand."""
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with suppress(OSError), connection:
                    self._take(connection)

    def _take(self, connection: socket.socket) -> None:
        if self._closes:
            return
        if self._context is not None:
            connection = self._context.wrap_socket(connection, server_side=True)
        self._connections.append(connection)
        with connection, connection.makefile("rb") as stream:
            while length := self._read_length(stream.read):
                self.messages.append(stream.read(length))

    @staticmethod
    def _read_length(read: Callable[[int], bytes]) -> int:
        digits = b""
        while (each := read(1)) not in (b" ", b""):
            digits += each
        return int(digits or b"0")
