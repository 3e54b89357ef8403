"""When the TLS handshake is made: after the connection stands, in the thread that is this connection's own.

pynetdicom shakes hands where it accepts connections, so that one silent caller holds all others; and as a caller it
logs what went wrong and forgets it.
"""

import ssl
from dataclasses import dataclass
from socket import socket
from typing import cast


class NotingSocket(ssl.SSLSocket):
    """A TLS connection that reads a broken one as closed, and keeps why.

    In TLS 1.3 a caller is through before the peer has looked at its certificate: the refusal comes as an alert where
    the answer to the first request is awaited.
    """

    trouble: ssl.SSLError | None = None

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """Return what came; nothing where the connection is closed, with or without an alert."""
        try:
            return super().recv(buflen, flags)
        except ssl.SSLError as error:
            self.trouble = error
            return b""


@dataclass(frozen=True, slots=True)
class LateHandshake:
    """What pynetdicom may be given for a context: it wraps a connection and says nothing on it yet."""

    context: ssl.SSLContext

    def wrap_socket(
        self, connection: socket, server_side: bool = False, server_hostname: str | None = None
    ) -> ssl.SSLSocket:
        """Return the wrapped connection; `do_handshake` is still to come."""
        self.context.sslsocket_class = NotingSocket
        return self.context.wrap_socket(
            connection, server_side=server_side, server_hostname=server_hostname, do_handshake_on_connect=False
        )

    def as_context(self) -> ssl.SSLContext:
        """Return itself, for a signature that asks for the class."""
        return cast(ssl.SSLContext, self)


def shake_hands(connection: socket, timeout_seconds: float) -> None:
    """Make the handshake where the connection is one of TLS; nothing where it is plain.

    Args:
        connection: connected; gets this timeout, which then also bounds every read and write.
        timeout_seconds: for the whole handshake.

    Raises:
        OSError: it failed (ssl.SSLError), the peer closed, or the time ran out. `troubles.explain` has the words.
    """
    connection.settimeout(timeout_seconds)
    if isinstance(connection, ssl.SSLSocket):
        connection.do_handshake()
