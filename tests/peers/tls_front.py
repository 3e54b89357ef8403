"""TLS in front of a peer that speaks plainly, as a hospital's reverse proxy has it. Bytes go through as they are."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread


@contextmanager
def tls_in_front(port: int, context: ssl.SSLContext) -> Iterator[int]:
    """Give the port at which the peer at `port` of loopback can be called with TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = Thread(target=_accept, args=(listener, port, context), daemon=True)
        accepting.start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join(10)


def _accept(listener: socket.socket, port: int, context: ssl.SSLContext) -> None:
    with suppress(OSError):  # the listener was closed
        while True:
            connection, _address = listener.accept()
            Thread(target=_serve, args=(connection, port, context), daemon=True).start()


def _serve(connection: socket.socket, port: int, context: ssl.SSLContext) -> None:
    with (
        suppress(OSError),
        connection,
        socket.create_connection(("127.0.0.1", port)) as peer,
        context.wrap_socket(connection, server_side=True) as encrypted,
    ):
        back = Thread(target=_copy, args=(peer, encrypted), daemon=True)
        back.start()
        _copy(encrypted, peer)
        back.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
