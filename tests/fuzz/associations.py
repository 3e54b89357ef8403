"""Spoilt associations, to a storage SCP behind a real socket in this process."""

import logging
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.fakes.storage_node import LOOPBACK, StorageNode
from tests.fuzz.data_sets import scratch
from tests.fuzz.wire import ABORT, RELEASE, associate_request, association, store_request

#: A node that has not closed by then hangs: its own time-outs are half of it.
PATIENCE_SECONDS = 8.0


#: What our own handler says, and pynetdicom when ours raised; that it could not decode something is no fault.
_FAULTS = ("handler_failed", "Exception in DUL.run")


class Alarm(logging.Handler):
    """Keeps every fault of our own that a thread of the node met."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.faults: list[str] = []
        threading.excepthook = self._see_thread

    def emit(self, record: logging.LogRecord) -> None:
        if any(words in record.getMessage() for words in _FAULTS):
            self.faults.append(self.format(record))

    def _see_thread(self, failed: Any) -> None:
        self.faults.append(f"{failed.thread}: {failed.exc_value!r}")


@cache
def running_node() -> tuple[StorageNode, Alarm]:
    """Start the node that everything is sent to; it ends with the process."""
    alarm = Alarm()
    logging.getLogger().addHandler(alarm)
    logging.getLogger("osteonode").addHandler(alarm)
    node = StorageNode(Path(mkdtemp(dir=scratch())), idle_seconds=PATIENCE_SECONDS / 2)
    node.scp.start()
    return node, alarm


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
    node, alarm = running_node()
    speak(node.scp.port, data)
    assert not alarm.faults, alarm.faults
