"""Two receivers to compare with: pynetdicom as it comes, and one that keeps nothing at all.

Run: python -m dicom_node.bench.bare_receiver pynetdicom|nothing FOLDER. Prints the port. Neither is durable: what the
first has written may be lost with the power, and the second only shows what the senders can do.
"""

import os
import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from socket import create_server, socket
from typing import Final

from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE, AllStoragePresentationContexts, _config, evt
from pynetdicom.dimse_messages import C_STORE_RSP
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import A_ASSOCIATE, MaximumLengthNotification

from dicom_node.receive.pdu_stream import PduStream

_HOST: Final = "127.0.0.1"
_PDU_BYTES: Final = 131072
_ASSOCIATE_RQ: Final = 1
_RELEASE_RP: Final = bytes.fromhex("06000000000400000000")


def serve_pynetdicom(folder: Path) -> int:
    """Start pynetdicom in chunked mode: it writes each data set to a temporary file, which is moved. Return the port.

    The one change to its defaults is the size of PDUs, to that which this node asks for.
    """
    tempfile.tempdir = str(folder)
    _config.STORE_RECV_CHUNKED_DATASET = True
    ae = AE("BARE")
    ae.maximum_pdu_size, ae.maximum_associations = _PDU_BYTES, 64
    for context in AllStoragePresentationContexts:
        ae.add_supported_context(context.abstract_syntax or "", ExplicitVRLittleEndian)

    def keep(event: evt.Event) -> int:
        assert isinstance(event.request, C_STORE)
        path = event.dataset_path
        shutil.move(path, folder / f"{event.request.AffectedSOPInstanceUID}.dcm")
        path.touch()  # pynetdicom removes what is there when this returns
        return 0x0000

    server = ae.start_server((_HOST, 0), block=False, evt_handlers=[(evt.EVT_C_STORE, keep)])
    assert server is not None
    return int(server.server_address[1])


def serve_nothing() -> int:
    """Start a receiver that answers every C-STORE as soon as it is whole. Return the port."""
    listener = create_server((_HOST, 0), backlog=128)
    threading.Thread(target=_accept, args=(listener,), daemon=True).start()
    return int(listener.getsockname()[1])


def _accept(listener: socket) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_Careless(connection).serve, daemon=True).start()


class _Careless:
    """One connection; takes whatever comes and stores nothing."""

    expects_data = True

    def __init__(self, connection: socket) -> None:
        self._connection = connection
        self._stored = _encode_stored()

    def serve(self) -> None:
        stream = PduStream(self._connection)
        with self._connection, suppress(OSError):
            while stream.fill():
                stream.walk(self)

    def take_pdu(self, pdu: bytes) -> None:
        self._connection.sendall(_accept_request(pdu) if pdu[0] == _ASSOCIATE_RQ else _RELEASE_RP)

    def take_command(self, context_id: int, fragment: bytes) -> None:
        pass

    def take_data(self, context_id: int, fragments: list[memoryview]) -> None:
        pass

    def end_data(self, context_id: int) -> None:
        self._connection.sendall(self._stored)


def _accept_request(pdu: bytes) -> bytes:
    """Return an A-ASSOCIATE-AC that takes every context in the first transfer syntax proposed."""
    request = A_ASSOCIATE_RQ()
    request.decode(pdu)
    asked = request.to_primitive()
    contexts = asked.presentation_context_definition_list
    for context in contexts:
        context.result = 0x00
    answer = A_ASSOCIATE()
    answer.application_context_name = asked.application_context_name
    answer.calling_ae_title, answer.called_ae_title = asked.calling_ae_title, asked.called_ae_title
    answer.result, answer.result_source = 0x00, 0x01
    answer.presentation_context_definition_results_list = contexts
    length = MaximumLengthNotification()
    length.maximum_length_received = _PDU_BYTES
    answer.user_information = [length]
    accepted = A_ASSOCIATE_AC()
    accepted.from_primitive(answer)
    return accepted.encode()


def _encode_stored() -> bytes:
    response = C_STORE()
    response.MessageIDBeingRespondedTo, response.Status = 1, 0x0000
    message = C_STORE_RSP()
    message.primitive_to_message(response)
    (fragment,) = (value for data in message.encode_msg(1, _PDU_BYTES) for value in data.presentation_data_value_list)
    content = len(fragment[1]) + 1
    return b"\x04\0" + (content + 4).to_bytes(4, "big") + content.to_bytes(4, "big") + b"\x01" + fragment[1]


def main(kind: str, folder: Path) -> None:
    """Serve until stdin ends."""
    print(serve_pynetdicom(folder) if kind == "pynetdicom" else serve_nothing(), flush=True)
    sys.stdin.read()
    os._exit(0)  # pynetdicom's threads need no goodbye


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
