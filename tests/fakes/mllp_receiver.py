"""An HL7 receiver that answers as a test wants: bytes of any kind in any pieces, silence, a closed connection."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable

from config.settings import Destination
from dicom_node.demo_peers.mllp_receiver import MllpReceiver, acknowledge

#: From the message and its number (from 0) to the pieces to send; the connection is closed after them.
Script = Callable[[bytes, int], Iterable[bytes]]


class ScriptedReceiver(MllpReceiver):
    """The demo receiver with a script between message and answer."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script
        self.stopping = threading.Event()

    def serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        while not received.endswith(b"\x1c\r"):
            piece = connection.recv(7)
            if not piece:  # the sender has gone without a message
                return
            received += piece
        self.messages.append(received[1:-2])
        with contextlib.suppress(OSError):  # a sender that has heard enough closes
            for answer in self._script(received[1:-2], len(self.messages) - 1):
                connection.sendall(answer)

    def stop(self) -> None:
        self.stopping.set()
        super().stop()


def framed(code: str, message: bytes) -> bytes:
    """Return a whole acknowledgement in its frame."""
    return b"\x0b" + acknowledge(message, code) + b"\x1c\r"


def hl7_destination(port: int, *, timeout_seconds: float = 5.0) -> Destination:
    """Return the settings of an HL7 destination on loopback."""
    return Destination(name="ris", kind="hl7", host="127.0.0.1", port=port, timeout_seconds=timeout_seconds)
