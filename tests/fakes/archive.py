"""An archive that answers as a test wants: statuses, refused classes, aborts and silences."""

import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pynetdicom import evt
from pynetdicom.dimse_primitives import C_STORE

from config.settings import Destination
from dicom_node.demo_peers.archive import EVERY_STORAGE_CLASS, UNCOMPRESSED, Archive

#: What to answer to the n-th C-STORE (from 0); None keeps the instance and answers 0x0000.
Script = Callable[[evt.Event, int], int | None]


class ScriptedArchive(Archive):
    """The demo archive with a script between request and answer."""

    def __init__(
        self,
        folder: Path,
        script: Script = lambda _event, _number: None,
        *,
        refuse: Iterable[str] = (),
        transfer_syntax_uids: Iterable[str] = UNCOMPRESSED,
    ) -> None:
        accepted = set(EVERY_STORAGE_CLASS) - set(refuse)
        super().__init__(folder, sop_class_uids=sorted(accepted), transfer_syntax_uids=transfer_syntax_uids)
        self._script = script
        self.order: list[str] = []
        self.proposed: list[set[str]] = []
        self.implementations: list[tuple[str, str]] = []

    def store(self, event: evt.Event) -> int:
        assert isinstance(event.request, C_STORE)
        number = len(self.order)
        self.order.append(str(event.request.AffectedSOPInstanceUID))
        self.proposed.append({str(each.abstract_syntax) for each in event.assoc.requestor.requested_contexts})
        caller = event.assoc.requestor
        self.implementations.append((str(caller.implementation_class_uid), str(caller.implementation_version_name)))
        status = self._script(event, number)
        return super().store(event) if status is None or 0xB000 <= status <= 0xBFFF else status


class WarningArchive(ScriptedArchive):
    """Keeps everything and answers with one warning status."""

    def __init__(self, folder: Path, status: int) -> None:
        super().__init__(folder)
        self._status = status

    def store(self, event: evt.Event) -> int:
        return super().store(event) or self._status


def destination_for(archive: Archive, *, timeout_seconds: float = 5.0, **settings: str) -> Destination:
    """Return the settings that reach an archive."""
    return dicom_destination(archive.port, ae_title=archive.ae_title, timeout_seconds=timeout_seconds, **settings)


def dicom_destination(
    port: int, *, ae_title: str = "ARCHIVE", timeout_seconds: float = 5.0, calling_ae_title: str = ""
) -> Destination:
    """Return the settings of a DICOM destination on loopback."""
    return Destination(
        name="pacs",
        kind="dicom",
        ae_title=ae_title,
        host="127.0.0.1",
        port=port,
        timeout_seconds=timeout_seconds,
        calling_ae_title=calling_ae_title,
    )


@contextmanager
def answer_once(answer: bytes) -> Iterator[int]:
    """Listen on loopback, send these bytes after the first read, keep the connection; yield the port."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve_one, args=(listener, answer, done), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            done.set()
            thread.join(5)


def _serve_one(listener: socket.socket, answer: bytes, done: threading.Event) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)
        done.wait(10)


def encode_rejection(result: int, source: int, reason: int) -> bytes:
    """Return an A-ASSOCIATE-RJ PDU (PS3.8 Table 9-21)."""
    return struct.pack(">BBIBBBB", 3, 0, 4, 0, result, source, reason)


def encode_abort(source: int, reason: int) -> bytes:
    """Return an A-ABORT PDU (PS3.8 Table 9-26)."""
    return struct.pack(">BBIBBBB", 7, 0, 4, 0, 0, source, reason)
