"""Messages in the making: the place where fragments become messages, with the data set of a C-STORE going to disk.

pynetdicom can write data sets to files by itself (STORE_RECV_CHUNKED_DATASET), but only into the process-wide
temporary folder, seldom on the volume of the final place, and a full disk ends in an abort without a status.
"""

from functools import partial
from io import BytesIO
from queue import Empty
from socket import socket
from typing import Any, Final

from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_messages import C_STORE_RQ, DIMSEMessage
from pynetdicom.pdu_primitives import P_DATA

from dicom_node.receive.incoming import IncomingDataSet, Spool
from dicom_node.receive.part10 import encode_head
from dicom_node.receive.pdu_stream import MalformedPdu

#: So long the thread of an association waits for a message before it looks after its timers.
_WATCH_SECONDS: Final = 0.25
#: Of the data set of any other request, which is kept in memory, and of a command set.
_MOST_BYTES: Final = 1 << 22
_LAST_AND_EMPTY: Final = b"\x02"


class DataSetProvider(DIMSEServiceProvider):
    """The DIMSE provider of one association (PS3.7 6.3); fragments come in the thread that reads the socket.

    Args:
        assoc: the association that it serves.
        spool: where data sets go.
        connection: closed with the association; pynetdicom leaves it open when the peer has reset it.
    """

    def __init__(self, assoc: Association, spool: Spool, connection: socket) -> None:
        super().__init__(assoc)
        self._spool, self._connection = spool, connection

    def get_msg(self, block: bool = False) -> Any:
        """Return the next message and its context; (None, None) where none came for a while, or there is other news."""
        if block:
            return super().get_msg(block=True)
        try:
            return self.msg_queue.get(timeout=_WATCH_SECONDS)
        except Empty:
            return None, None

    def receive_fragment(self, context_id: int, fragment: bytes) -> None:
        """Take a fragment with its message control header (PS3.8 E.2) in front.

        Raises:
            MalformedPdu: it does not belong here, or is no command.
        """
        if self.message is not None and self.message.encoded_command_set.tell() > _MOST_BYTES:
            raise MalformedPdu("a command set without end")
        primitive = P_DATA()
        primitive.presentation_data_value_list = [[context_id, fragment]]  # type: ignore[list-item]
        try:
            self.receive_primitive(primitive)
        except Exception as error:  # whatever pynetdicom makes of hostile bytes
            raise MalformedPdu("a command set that cannot be decoded") from error

    def receive_data(self, fragments: list[memoryview]) -> None:
        """Take the next part of a data set.

        Raises:
            MalformedPdu: no message waits for one, or it is no image and far too large.
        """
        message = self.message
        if message is None or type(message) is DIMSEMessage:
            raise MalformedPdu("a data set without a command")
        if not isinstance(message, C_STORE_RQ):
            self._keep_in_memory(message, fragments)
            return
        if not isinstance(message.data_set, IncomingDataSet):
            message.data_set = IncomingDataSet(self._spool, partial(self._encode_head, message))
        message.data_set.write_all(fragments)

    def end_data(self, context_id: int) -> None:
        """Let the message be served, now that its data set is whole."""
        self.receive_fragment(context_id, _LAST_AND_EMPTY)

    def abandon(self) -> None:
        """Drop the message that did not arrive whole, and the connection."""
        self._connection.close()
        message, self.message = self.message, None
        if message is not None and isinstance(message.data_set, IncomingDataSet):
            message.data_set.discard()

    @staticmethod
    def _keep_in_memory(message: DIMSEMessage, fragments: list[memoryview]) -> None:
        kept = message.data_set
        assert isinstance(kept, BytesIO)
        if kept.tell() + sum(map(len, fragments)) > _MOST_BYTES:
            raise MalformedPdu("a data set too large for its request")
        kept.writelines(fragments)

    def _encode_head(self, message: DIMSEMessage) -> bytes:
        command, request = message.command_set, self.assoc.requestor.primitive
        context = self.assoc._accepted_cx.get(message.context_id or 0)
        return encode_head(
            sop_class_uid=str(command.get("AffectedSOPClassUID", "")),
            sop_instance_uid=str(command.get("AffectedSOPInstanceUID", "")),
            transfer_syntax_uid=context.transfer_syntax[0] if context else "",
            calling_ae_title=request.calling_ae_title.strip() if request else "",
            called_ae_title=request.called_ae_title.strip() if request else "",
        )
