"""Senders that cost little: C-STORE requests that were encoded beforehand, pixels straight from memory.

Run: python -m dicom_node.bench.ingest_sender TEMPLATES. Reads a job a line (JSON) from stdin and answers with a line.
It is a process of its own, because whoever measures has other work; its threads wait in the kernel nearly always.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket
from struct import pack, unpack
from typing import Final

from pydicom.uid import UID, ExplicitVRLittleEndian
from pynetdicom.dimse_messages import C_STORE_RQ
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import A_ASSOCIATE, ImplementationClassUIDNotification, MaximumLengthNotification
from pynetdicom.presentation import build_context

from dicom_node.bench.ingest_images import Image, ImageSource, open_source
from domain.errors import OsteonodeError
from domain.implementation import IMPLEMENTATION_CLASS_UID

_CONTEXT_ID: Final = 1
_ASSOCIATE_AC, _P_DATA_TF, _RELEASE_RP = 2, 4, 6
_RELEASE_RQ: Final = bytes.fromhex("05000000000400000000")
_TIMEOUT_SECONDS: Final = 120.0
#: Of one call to the system (IOV_MAX).
_MOST_VECTORS: Final = 1000
#: PDUs are as large as the peer allows, but not larger than what DCMTK's storescu sends.
_MOST_PDU_BYTES: Final = 131072


@dataclass(frozen=True, slots=True)
class Job:
    """What to send: images first .. first + images - 1, dealt out to the associations in turn.

    Attributes:
        size: one of SIZES.
        images_per_second: of all associations together; 0 is as fast as the peer answers.
    """

    port: int
    called_ae_title: str
    size: str
    first: int
    images: int
    associations: int
    images_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of it.

    Attributes:
        seconds: from the first connection to the last release.
        latencies_seconds: of each image, from its first byte sent (or due, where a pace is kept) to its response.
        failures: what the peer said or did instead of taking an image.
    """

    seconds: float
    latencies_seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def send(job: Job, source: ImageSource) -> Sending:
    """Do a job; each association is a thread."""
    began = time.perf_counter()
    numbers = range(job.first, job.first + job.images)
    pause = job.associations / job.images_per_second if job.images_per_second else 0.0
    work = partial(_send_on_one, job, source, began, pause)
    with ThreadPoolExecutor(job.associations) as threads:
        sent = list(threads.map(work, (numbers[each :: job.associations] for each in range(job.associations))))
    seconds = time.perf_counter() - began
    return Sending(seconds, [x for each, _ in sent for x in each], [x for _, each in sent for x in each])


def _send_on_one(
    job: Job, source: ImageSource, began: float, pause: float, numbers: Sequence[int]
) -> tuple[list[float], list[str]]:
    latencies: list[float] = []
    try:
        with _Association(job.port, job.called_ae_title, source.image(0).sop_class_uid) as association:
            for turn, number in enumerate(numbers):
                due = began + (turn + (numbers[0] - job.first) / job.associations) * pause if pause else 0.0
                time.sleep(max(0.0, due - time.perf_counter()))
                start = due or time.perf_counter()
                association.store(source.image(number), turn + 1)
                latencies.append(time.perf_counter() - start)
    except (OSError, OsteonodeError) as error:
        return latencies, [f"{error} after {len(latencies)} of {len(numbers)} images"]
    return latencies, []


class _Association:
    """One association on loopback, with one presentation context."""

    def __init__(self, port: int, called_ae_title: str, sop_class_uid: str) -> None:
        self._connection = create_connection(("127.0.0.1", port), timeout=_TIMEOUT_SECONDS)
        self._connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self._connection.sendall(_encode_request(called_ae_title, sop_class_uid))
        accepted = A_ASSOCIATE_AC()
        accepted.decode(self._receive(_ASSOCIATE_AC))
        if any(item.result for item in accepted.presentation_context):
            raise OsteonodeError("the presentation context was refused")
        assert accepted.user_information is not None
        most = accepted.user_information.maximum_length or _MOST_PDU_BYTES
        self._fragment_bytes = min(most, _MOST_PDU_BYTES) - 6

    def __enter__(self) -> "_Association":
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if error is None:
                self._connection.sendall(_RELEASE_RQ)
                self._receive(_RELEASE_RP)
        finally:
            self._connection.close()

    def store(self, image: Image, message_id: int) -> None:
        """Return when the peer has taken the image.

        Raises:
            OsteonodeError: it has not.
        """
        command = _encode_command(image.sop_class_uid, image.sop_instance_uid, message_id)
        parts: list[bytes | memoryview] = [_encode_pdu_head(len(command), 0x03), command]
        left = image.size_bytes
        for fragment in _cut(image, self._fragment_bytes):
            length = sum(map(len, fragment))
            left -= length
            parts += [_encode_pdu_head(length, 0x00 if left else 0x02), *fragment]
        _send_all(self._connection, parts)
        status = _find_status(self._receive(_P_DATA_TF))
        if status != 0x0000:
            raise OsteonodeError(f"status 0x{status:04X}")

    def _receive(self, kind: int) -> bytes:
        head = _receive_exactly(self._connection, 6)
        pdu = head + _receive_exactly(self._connection, unpack(">L", head[2:])[0])
        if pdu[0] != kind:
            raise OsteonodeError(f"a PDU of type {pdu[0]} instead of {kind}")
        return pdu


def _cut(image: Image, length: int) -> Iterator[list[memoryview]]:
    """Yield the fragments of a data set, each in one or two pieces; the pixels are not copied."""
    head, pixels = memoryview(image.head), image.pixels
    for start in range(0, image.size_bytes, length):
        end = start + length
        pieces = (head[start:end], pixels[max(0, start - len(head)) : max(0, end - len(head))])
        yield [piece for piece in pieces if len(piece)]


def _encode_pdu_head(length: int, control: int) -> bytes:
    """Return everything before the fragment in a P-DATA-TF PDU of one value (PS3.8 9.3.5)."""
    return pack(">BxLLBB", _P_DATA_TF, length + 6, length + 2, _CONTEXT_ID, control)


def _send_all(connection: socket, parts: list[bytes | memoryview]) -> None:
    views = [memoryview(part) for part in parts]
    at = 0
    while at < len(views):
        sent = connection.sendmsg(views[at : at + _MOST_VECTORS])
        while at < len(views) and sent >= len(views[at]):
            sent -= len(views[at])
            at += 1
        if sent:
            views[at] = views[at][sent:]


def _receive_exactly(connection: socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        more = connection.recv(length - len(received))
        if not more:
            raise OsteonodeError("the peer closed the connection")
        received += more
    return received


def _find_status(pdu: bytes) -> int:
    """Return (0000,0900) of a response in one PDU; the command set is Implicit VR Little Endian (PS3.7 6.3.1)."""
    at = pdu.find(b"\x00\x00\x00\x09\x02\x00\x00\x00", 12)
    if at < 0:
        raise OsteonodeError("a response without a status")
    return int.from_bytes(pdu[at + 8 : at + 10], "little")


def _encode_command(sop_class_uid: str, sop_instance_uid: str, message_id: int) -> bytes:
    """Return the command set of a C-STORE request; encoded once, then filled in."""
    blank = "9" * len(sop_instance_uid)
    encoded = _encode_blank_command(sop_class_uid, blank)
    return encoded.replace(blank.encode(), sop_instance_uid.encode())


@cache
def _encode_blank_command(sop_class_uid: str, sop_instance_uid: str) -> bytes:
    from io import BytesIO

    request = C_STORE()
    request.MessageID, request.Priority = 1, 0
    request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = sop_class_uid, sop_instance_uid
    request.DataSet = BytesIO(b"")
    message = C_STORE_RQ()
    message.primitive_to_message(request)
    message.command_set.CommandDataSetType = 0x0001
    command = next(iter(message.encode_msg(_CONTEXT_ID, _MOST_PDU_BYTES)))
    return bytes(command.presentation_data_value_list[0][1][1:])


@cache
def _encode_request(called_ae_title: str, sop_class_uid: str) -> bytes:
    primitive = A_ASSOCIATE()
    primitive.application_context_name = "1.2.840.10008.3.1.1.1"
    primitive.calling_ae_title, primitive.called_ae_title = "MODALITY", called_ae_title
    context = build_context(sop_class_uid, ExplicitVRLittleEndian)
    context.context_id = _CONTEXT_ID
    primitive.presentation_context_definition_list = [context]
    length, implementation = MaximumLengthNotification(), ImplementationClassUIDNotification()
    length.maximum_length_received = _MOST_PDU_BYTES
    implementation.implementation_class_uid = UID(IMPLEMENTATION_CLASS_UID)
    primitive.user_information = [length, implementation]
    request = A_ASSOCIATE_RQ()
    request.from_primitive(primitive)
    return request.encode()


def main(templates: Path) -> None:
    """Do the jobs that come on stdin."""
    open_one = cache(partial(open_source, templates))
    for line in sys.stdin:
        job = Job(**json.loads(line))
        print(json.dumps(asdict(send(job, open_one(job.size)))), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
