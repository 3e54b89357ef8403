"""An HL7 receiver over MLLP that keeps each message as text and acknowledges it with AA."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_LIMIT_BYTES = 16 * 1024 * 1024


class MllpReceiver:
    """A receiver on a loopback port, running between `start` and `stop` or inside `with`.

    Args:
        folder: where messages go as numbered files, one segment a line; None keeps them in memory only.
        port: TCP port; 0 picks a free one, see `port` once it runs.
    """

    def __init__(self, folder: Path | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder = folder
        self.messages: list[bytes] = []
        self._lock = threading.Lock()
        self._address = (host, port)
        self._server: socketserver.ThreadingTCPServer | None = None

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        if self._server is None:
            raise RuntimeError("the receiver does not run")
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Listen."""
        receiver = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                receiver.serve(self.request)

        server = socketserver.ThreadingTCPServer(self._address, Handler)
        server.daemon_threads = True
        self._server = server
        # A short poll: stopping waits for one.
        threading.Thread(target=server.serve_forever, args=(0.05,), name="mllp-receiver", daemon=True).start()

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def serve(self, connection: socket.socket) -> None:
        """Take and answer messages until the sender closes."""
        for message in _read_frames(connection):
            self._keep(message)
            connection.sendall(b"\x0b" + acknowledge(message) + b"\x1c\r")

    def _keep(self, message: bytes) -> None:
        with self._lock:
            self.messages.append(message)
            if self.folder is not None:
                self.folder.mkdir(parents=True, exist_ok=True)
                lines = message.replace(b"\r", b"\n")
                (self.folder / f"message-{len(self.messages):04}.hl7").write_bytes(lines)


def acknowledge(message: bytes, code: str = "AA") -> bytes:
    """Return the acknowledgement of a message: sender and receiver change places, MSA-2 is its MSH-10."""
    header = message.split(b"\r")[0].split(message[3:4])
    fields = header + [b""] * (12 - len(header))
    msh = [b"MSH", fields[1], fields[4], fields[5], fields[2], fields[3], fields[6], b"", b"ACK", b"A" + fields[9]]
    msh += [fields[10], fields[11]]
    return b"|".join(msh) + b"\rMSA|" + code.encode() + b"|" + fields[9] + b"\r"


def _read_frames(connection: socket.socket) -> Iterator[bytes]:
    buffered = b""
    while len(buffered) < _LIMIT_BYTES and (piece := connection.recv(65536)):
        buffered += piece
        while b"\x1c\r" in buffered:
            framed, buffered = buffered.split(b"\x1c\r", 1)
            yield framed.partition(b"\x0b")[2]
