"""Messages in the making: the place where fragments become messages, with the data set of a C-STORE going to disk.

pynetdicom can write data sets to files by itself (STORE_RECV_CHUNKED_DATASET), but only into the process-wide
temporary folder, seldom on the volume of the final place, and a full disk ends in an abort without a status.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from queue import Empty
from socket import socket
from typing import Any, Final

from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_messages import DIMSEMessage
from pynetdicom.pdu_primitives import P_DATA

from dicom_node.receive.incoming import IncomingDataSet, Spool
from dicom_node.receive.part10 import encode_head
from dicom_node.receive.pdu_stream import MalformedPdu
from dicom_node.receive.statuses import Answer
from dicom_node.receive.store_message import StoreCommand, encode_response, parse_store

#: So long the thread of an association waits for a message before it looks after its timers.
_WATCH_SECONDS: Final = 0.25
#: Of the data set of any other request, which is kept in memory, and of a command set.
_MOST_BYTES: Final = 1 << 22
_LAST: Final = 0x02
_WHOLE_COMMAND: Final = b"\x03"
_LAST_AND_EMPTY: Final = b"\x02"


@dataclass(frozen=True, slots=True)
class StoreArrival:
    """A C-STORE request that is arriving, or has; whoever serves it takes care of its data set."""

    assoc: Association
    context_id: int
    abstract_syntax_uid: str
    transfer_syntax_uid: str
    command: StoreCommand
    data_set: IncomingDataSet


#: Serves a C-STORE request that has arrived. It raises nothing.
Store = Callable[[StoreArrival], Answer]


class DataSetProvider(DIMSEServiceProvider):
    """The DIMSE provider of one association (PS3.7 6.3); fragments come in the thread that reads the socket.

    Args:
        assoc: the association that it serves.
        spool: where data sets go.
        connection: closed with the association; pynetdicom leaves it open when the peer has reset it.
        store: serves C-STORE requests, in the thread that reads the socket: their sender waits for the answer.
    """

    def __init__(self, assoc: Association, spool: Spool, connection: socket, store: Store) -> None:
        super().__init__(assoc)
        self._spool, self._connection, self._store = spool, connection, store
        self._command = b""
        self._arrival: StoreArrival | None = None

    def get_msg(self, block: bool = False) -> Any:
        """Return the next message and its context; (None, None) where none came for a while, or there is other news."""
        if block:
            return super().get_msg(block=True)
        try:
            return self.msg_queue.get(timeout=_WATCH_SECONDS)
        except Empty:
            return None, None

    def receive_fragment(self, context_id: int, fragment: bytes) -> None:
        """Take a fragment of a command set, with its message control header (PS3.8 E.2) in front.

        Raises:
            MalformedPdu: it does not belong here, or is no command.
        """
        if self._arrival is not None or self.message is not None:
            raise MalformedPdu("a command where a data set is expected")
        self._command += fragment[1:]
        if len(self._command) > _MOST_BYTES:
            raise MalformedPdu("a command set without end")
        if fragment[0] & _LAST:
            command, self._command = self._command, b""
            self._begin(context_id, command)

    def receive_data(self, fragments: list[memoryview]) -> None:
        """Take the next part of a data set.

        Raises:
            MalformedPdu: no message waits for one, or it is no image and far too large.
        """
        if self._arrival is not None:
            self._arrival.data_set.write_all(fragments)
        elif self.message is not None:
            _keep_in_memory(self.message, fragments)
        else:
            raise MalformedPdu("a data set without a command")

    def end_data(self, context_id: int) -> bytes:
        """Return the answer to the message whose data set is whole now; nothing where another thread serves it.

        Raises:
            MalformedPdu: there is no such message.
        """
        if self._arrival is None:
            self._hand_over(context_id, _LAST_AND_EMPTY)
            return b""
        arrival, self._arrival = self._arrival, None
        return encode_response(arrival.command, self._store(arrival), arrival.context_id, self.maximum_pdu_size)

    def abandon(self) -> None:
        """Drop the message that did not arrive whole, and the connection."""
        self._connection.close()
        arrival, self._arrival = self._arrival, None
        if arrival is not None:
            arrival.data_set.discard()

    def _begin(self, context_id: int, command: bytes) -> None:
        store = parse_store(command)
        if store is None or not store.has_data_set:
            self._hand_over(context_id, _WHOLE_COMMAND + command)
            return
        context = self.assoc._accepted_cx.get(context_id)
        if context is None or context.abstract_syntax is None:
            raise MalformedPdu("a message in a presentation context that was not accepted")
        syntax = str(context.transfer_syntax[0])
        data_set = IncomingDataSet(self._spool, partial(self._encode_head, store, syntax))
        abstract_syntax = str(context.abstract_syntax)
        self._arrival = StoreArrival(self.assoc, context_id, abstract_syntax, syntax, store, data_set)

    def _hand_over(self, context_id: int, fragment: bytes) -> None:
        """Let pynetdicom make a message of it, which it serves in another thread."""
        primitive = P_DATA()
        primitive.presentation_data_value_list = [[context_id, fragment]]  # type: ignore[list-item]
        try:
            self.receive_primitive(primitive)
        except Exception as error:  # whatever pynetdicom makes of hostile bytes
            raise MalformedPdu("a message that cannot be decoded") from error

    def _encode_head(self, command: StoreCommand, transfer_syntax_uid: str) -> bytes:
        request = self.assoc.requestor.primitive
        return encode_head(
            sop_class_uid=command.sop_class_uid,
            sop_instance_uid=command.sop_instance_uid,
            transfer_syntax_uid=transfer_syntax_uid,
            calling_ae_title=request.calling_ae_title.strip() if request else "",
            called_ae_title=request.called_ae_title.strip() if request else "",
        )


def _keep_in_memory(message: DIMSEMessage, fragments: list[memoryview]) -> None:
    kept = message.data_set
    assert isinstance(kept, BytesIO)
    if kept.tell() + sum(map(len, fragments)) > _MOST_BYTES:
        raise MalformedPdu("a data set too large for its request")
    kept.writelines(fragments)
