"""The upper layer service provider of an association (PS3.8 9): pynetdicom's, but it waits where that one polls.

Two threads of pynetdicom serve an association, and each looks a thousand times a second whether there is work. With
many associations the looking takes all the time there is. Here both wait: one for bytes or a ring of the bell, the
other for a message (`DataSetProvider.get_msg`). PDUs without data, and the state machine, are pynetdicom's.
"""

from contextlib import suppress
from queue import Empty, Queue
from typing import Any, Final

from pynetdicom.association import Association
from pynetdicom.dul import DULServiceProvider
from pynetdicom.fsm import InvalidEventError

from dicom_node.receive import events
from dicom_node.receive.data_set_provider import DataSetProvider, Store
from dicom_node.receive.doorbell import Doorbell
from dicom_node.receive.incoming import Spool
from dicom_node.receive.pdu_stream import MalformedPdu, PduStream
from dicom_node.receive.written_titles import encode_rejection, end_at_nul, refuse_written

#: Timers of pynetdicom, and a peer of ours that ended without a word, are looked after this often.
WATCH_SECONDS: Final = 0.25
_ESTABLISHED, _AWAITING_CLOSE = "Sta6", "Sta13"
#: Events of PS3.8 Table 9-10.
_CONNECTION_CLOSED, _INVALID_PDU = "Evt17", "Evt19"
_PDU_TYPES = range(1, 8)
_ASSOCIATE_REQUEST = 0x01


class StreamingUpperLayer(DULServiceProvider):
    """Reads the connection of one association and sends on it, in one thread.

    Args:
        ends_titles_at_nul: AE titles of a request may be filled up with NUL.
    """

    def __init__(self, assoc: Association, *, ends_titles_at_nul: bool = False) -> None:
        super().__init__(assoc)
        self._ends_titles_at_nul = ends_titles_at_nul
        self.to_user_queue: Queue[Any] = _Announced(assoc)
        self._bell = Doorbell()
        self._stream: PduStream | None = None
        self._is_lost = self._was_asked = False

    def run_reactor(self) -> None:
        """Serve the connection until it ends."""
        try:
            while not self._has_ended():
                pass
        finally:
            self._bell.close()

    def _has_ended(self) -> bool:
        """Serve; return whether that was until the end.

        A peer may break off while its request is answered. pynetdicom's thread dies of that answer, for the state has
        no row for it in PS3.8 Table 9-10, and the association would count as open until it is idle for too long.
        """
        try:
            super().run_reactor()
        except InvalidEventError:
            with suppress(Empty):
                self.to_provider_queue.get(block=False)  # the answer that nobody waits for
            return False
        except Exception:  # a PDU that pynetdicom has decoded and then cannot use
            self.event_queue.put(_INVALID_PDU)
            return False
        return True

    def send_pdu(self, primitive: Any) -> None:
        """Have a primitive sent."""
        super().send_pdu(primitive)
        self._bell.ring()

    def kill_dul(self) -> None:
        """Have the thread end."""
        super().kill_dul()
        self._bell.ring()

    @property
    def expects_data(self) -> bool:
        """Whether the association is established (the port PduSink)."""
        return bool(self.state_machine.current_state == _ESTABLISHED)

    def take_pdu(self, pdu: bytes) -> None:
        """Give a PDU to the state machine (the port PduSink)."""
        self._was_asked |= pdu[0] == _ASSOCIATE_REQUEST
        if pdu[0] == _ASSOCIATE_REQUEST and self._ends_titles_at_nul:
            pdu = end_at_nul(pdu)
        if pdu[0] == _ASSOCIATE_REQUEST and (refusal := refuse_written(pdu, str(self.assoc.requestor.address))):
            # pynetdicom would abort without a word; the abort that follows an answer changes nothing for the peer.
            assert self.socket is not None
            self.socket.send(encode_rejection(refusal.rejection))
            raise MalformedPdu(refusal.explanation)
        if pdu[0] not in _PDU_TYPES:
            raise MalformedPdu(f"a PDU of type {pdu[0]:#04x}")
        try:
            decoded, event = self._decode_pdu(bytearray(pdu))
        except Exception as error:  # whatever pynetdicom makes of hostile bytes
            raise MalformedPdu("a PDU that cannot be decoded") from error
        self._recv_pdu.put(decoded)
        self.event_queue.put(event)

    def take_command(self, context_id: int, fragment: bytes) -> None:
        """Give a fragment to the message that it belongs to (the port PduSink)."""
        self._messages.receive_fragment(context_id, fragment)

    def take_data(self, context_id: int, fragments: list[memoryview]) -> None:
        """Give fragments to the data set of the message (the port PduSink)."""
        self._messages.receive_data(fragments)

    def end_data(self, context_id: int) -> None:
        """End the message and send its answer, where it is an image (the port PduSink).

        No time counts as idle while it is made durable.
        """
        self._idle_timer.stop()
        answer = self._messages.end_data(context_id)
        if answer and self.socket is not None:
            self.socket.send(answer)
        self._idle_timer.restart()

    @property
    def _messages(self) -> DataSetProvider:
        assert isinstance(self.assoc.dimse, DataSetProvider)
        return self.assoc.dimse

    def _is_transport_event(self) -> bool:
        """Read until something else is to be done; return whether bytes came, which restarts the idle timer."""
        if self.state_machine.current_state == _AWAITING_CLOSE:
            came = bool(super()._is_transport_event())
            self._tell_that_nobody_asks()
            return came
        came = False
        while self.event_queue.empty() and not self._kill_thread:
            connection = self.socket.socket if self.socket is not None else None
            readable = self._bell.wait(connection, WATCH_SECONDS)
            if self._process_recv_primitive() or not readable:
                break
            self._read_pdu_data()
            self._idle_timer.restart()
            came = True
        return came

    def _read_pdu_data(self) -> None:
        """Read what has arrived; what it means becomes an event, or goes to the message under way."""
        assert self.socket is not None
        if self._stream is None:
            self._stream = PduStream(self.socket.socket)  # type: ignore[arg-type]  # never None while it is read
        try:
            if not self._stream.fill():
                self.event_queue.put(_CONNECTION_CLOSED)
                self._tell_that_nobody_asks()
            elif not self._is_lost:
                self._stream.walk(self)
        except OSError:
            self.event_queue.put(_CONNECTION_CLOSED)
            self._tell_that_nobody_asks()
        except MalformedPdu as error:
            self._is_lost = True
            events.not_understood(str(self.assoc.requestor.address), str(error))
            self.event_queue.put(_INVALID_PDU)

    def _tell_that_nobody_asks(self) -> None:
        """End the wait for a request over a connection that was closed without one: a port scanner holds no thread."""
        if not self._was_asked:
            self._was_asked = True
            self.to_user_queue.put(None)


class _Announced(Queue[Any]):
    """Primitives for the thread of the association, which waits for messages: an empty one makes it look here."""

    def __init__(self, assoc: Association) -> None:
        super().__init__()
        self._assoc = assoc

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        super().put(item, block, timeout)
        if self._assoc.is_established:
            self._assoc.dimse.msg_queue.put((None, None))


def take_over(assoc: Association, spool: Spool, store: Store, *, ends_titles_at_nul: bool = False) -> None:
    """Give an association that is not started yet this upper layer, and a DIMSE provider that writes to disk.

    Args:
        spool: where data sets go.
        store: serves C-STORE requests.
        ends_titles_at_nul: AE titles of its request may be filled up with NUL.
    """
    transport, old = assoc.dul.socket, assoc.dul
    assert transport is not None
    assert transport.socket is not None
    assoc.dimse = DataSetProvider(assoc, spool, transport.socket, store)
    assoc.dul = StreamingUpperLayer(assoc, ends_titles_at_nul=ends_titles_at_nul)
    assoc.dul.socket = transport
    assoc.dul.event_queue.put(old.event_queue.get_nowait())  # that the connection is open
    # Their setters hand them to the timers of the upper layer.
    assoc.network_timeout, assoc.acse_timeout = assoc.network_timeout, assoc.acse_timeout
