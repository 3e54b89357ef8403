"""The place where pynetdicom hands over the fragments of a message, with the data set going to disk.

pynetdicom can write data sets to files by itself (STORE_RECV_CHUNKED_DATASET), but only into the process-wide
temporary folder, seldom on the volume of the final place, and a full disk ends in an abort without a status.
"""

from functools import partial
from socket import socket

from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_messages import C_STORE_RQ, DIMSEMessage
from pynetdicom.pdu_primitives import P_DATA

from dicom_node.receive.incoming import IncomingDataSet, Spool
from dicom_node.receive.part10 import encode_head


class DataSetProvider(DIMSEServiceProvider):
    """The DIMSE provider of one association (PS3.7 6.3); runs in the thread that reads the socket.

    Args:
        assoc: the association that it serves.
        spool: where data sets go.
        connection: closed with the association; pynetdicom leaves it open when the peer has reset it.
    """

    def __init__(self, assoc: Association, spool: Spool, connection: socket) -> None:
        super().__init__(assoc)
        self._spool, self._connection = spool, connection

    def receive_primitive(self, primitive: P_DATA) -> None:
        """Take the next fragments; a message that begins gets a data set that goes to disk."""
        message = self.message
        if message is None:
            message = self.message = DIMSEMessage()
            message.data_set = IncomingDataSet(self._spool, partial(self._encode_head, message))
        incoming = message.data_set
        super().receive_primitive(primitive)
        # Whoever serves a C-STORE request takes care of its data set; no other message may leave a file.
        if self.message is None and not isinstance(message, C_STORE_RQ) and isinstance(incoming, IncomingDataSet):
            incoming.discard()

    def abandon(self) -> None:
        """Drop the message that did not arrive whole, and the connection."""
        self._connection.close()
        message, self.message = self.message, None
        if message is not None and isinstance(message.data_set, IncomingDataSet):
            message.data_set.discard()

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
