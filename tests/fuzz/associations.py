"""Spoilt associations, to a storage SCP behind a real socket in this process."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.fakes.storage_node import LOOPBACK, StorageNode
from tests.fuzz.alarm import listen_for_faults
from tests.fuzz.data_sets import scratch
from tests.fuzz.wire import ABORT, RELEASE, associate_request, association, store_request

#: A peer that says nothing is left after this, and a node that has not closed after that hangs.
IDLE_SECONDS, PATIENCE_SECONDS = 4.0, 30.0


@cache
def running_node() -> StorageNode:
    """Start the node that everything is sent to; it ends with the process."""
    node = StorageNode(Path(mkdtemp(dir=scratch())), idle_seconds=IDLE_SECONDS)
    node.scp.start()
    return node


def association_seeds() -> Sequence[bytes]:
    """Return whole associations, good and refused."""
    echo = bytes.fromhex("040000000004") + bytes(4)
    return [
        association(),
        associate_request() + RELEASE,
        associate_request() + echo + ABORT,
        associate_request("NOBODY") + RELEASE,
        associate_request() + store_request(2, pdv_bytes=90)[:3000],
    ]


def speak(port: int, data: bytes) -> bytes:
    """Send bytes, say that there will be no more, and return what comes until the node closes.

    Raises:
        TimeoutError: it does not.
    """
    answer = b""
    connection = socket.create_connection((LOOPBACK, port), PATIENCE_SECONDS)
    with connection, suppress(ConnectionError):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(1 << 16):
            answer += piece
    return answer


def try_association(data: bytes) -> None:
    """Send bytes to the node; it must close, and no thread of it may meet a fault."""
    faults = listen_for_faults()
    speak(running_node().scp.port, data)
    assert not faults, faults
