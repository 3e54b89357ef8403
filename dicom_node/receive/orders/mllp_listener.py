"""The port that orders come in by: MLLP, any number of messages one after the other on each connection."""

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import BoundedSemaphore, Lock, Thread
from typing import Final

from config.addresses import comes_from
from config.orders import Orders
from dicom_node.mllp_frames import FrameError, FrameStream, frame
from dicom_node.receive.event_line import emit
from dicom_node.tls.handshake import shake_hands
from dicom_node.tls.troubles import Side, explain

LISTENING: Final = "receive.orders_listening"
CONNECTION_REFUSED: Final = "receive.orders_connection_refused"
CONNECTION_BROKEN: Final = "receive.orders_connection_broken"
_PIECE_BYTES: Final = 1 << 16
_KIB: Final = 1 << 10
_POLL_SECONDS: Final = 0.2
_HANDSHAKE_SECONDS: Final = 10.0


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 32


class MllpListener:
    """Listens for orders between `start` and `stop`.

    Args:
        answer: from the content of a message to its acknowledgement; never raises.
        context: of TLS; None where connections are plain.
    """

    def __init__(self, settings: Orders, answer: Callable[[bytes], bytes], context: ssl.SSLContext | None) -> None:
        self._settings, self._answer, self._context = settings, answer, context
        self._room = BoundedSemaphore(settings.connections)
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._server: _Server | None = None
        self._thread: Thread | None = None

    @property
    def port(self) -> int:
        """The TCP port listened on, also where the settings leave the choice to the system."""
        if self._server is None:
            raise RuntimeError("the listener for orders is not started")
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Listen. Raises OSError where the address is taken."""
        listener = self

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                listener.serve(self.request, str(self.client_address[0]))

        class Server(_Server):
            address_family = socket.AF_INET6 if ":" in listener._settings.bind else socket.AF_INET

        self._server = Server((self._settings.bind, self._settings.port), Handler)
        self._thread = Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), name="orders", daemon=True)
        self._thread.start()
        emit(logging.INFO, LISTENING, "listening for orders", address=self._settings.bind, port=self.port)

    def stop(self) -> None:
        """Take no more connections and close those that are open; a message without an answer comes again."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            rest = list(self._open)
        for connection in rest:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._server = self._thread = None

    def serve(self, connection: socket.socket, address: str) -> None:
        """Answer the messages of one connection until the sender closes, falls silent, or breaks the protocol."""
        if not comes_from(self._settings.addresses, address):
            why = "orders are taken from orders.addresses only: add this address there"
            emit(logging.WARNING, CONNECTION_REFUSED, why, address=address)
            return
        if not self._room.acquire(blocking=False):
            why = "as many connections as orders.connections allows are open"
            emit(logging.WARNING, CONNECTION_REFUSED, why, address=address)
            return
        try:
            self._serve(connection, address)
        finally:
            self._room.release()

    def _serve(self, connection: socket.socket, address: str) -> None:
        try:
            if self._context is not None:  # the handshake follows: whoever is silent then holds this thread alone
                connection = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            with self._lock:
                self._open.add(connection)
            if self._context is not None:
                shake_hands(connection, _HANDSHAKE_SECONDS)
            connection.settimeout(self._settings.idle_seconds)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._converse(connection)
        except (FrameError, TimeoutError) as error:
            why = str(error) if isinstance(error, FrameError) else "silent for orders.idle_seconds"
            emit(logging.WARNING, CONNECTION_BROKEN, why, address=address)
        except OSError as error:
            why = explain(error, Side.LISTENING) if self._context is not None else type(error).__name__
            emit(logging.WARNING, CONNECTION_BROKEN, why, address=address)
        finally:
            with self._lock:
                self._open.discard(connection)
            with suppress(OSError):
                connection.close()

    def _converse(self, connection: socket.socket) -> None:
        stream = FrameStream(self._settings.message_kib * _KIB)
        while piece := connection.recv(_PIECE_BYTES):
            for content in stream.feed(piece):
                connection.sendall(frame(self._answer(content)))
