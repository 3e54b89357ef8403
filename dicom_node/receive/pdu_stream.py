"""PDUs on their way from a connection (PS3.8 9.3): fragments of data sets are handed on where they lie, uncopied.

A large image comes in a hundred PDUs. To read each of them whole, in small pieces, and to copy it from layer to layer
costs more than everything else that is done with the image.
"""

from struct import Struct
from typing import Final, Protocol

P_DATA_TF: Final = 0x04
_PDU_HEAD = Struct(">BxL")
_WRONG_PORT = "the caller spoke {} at the plain DICOM port: {}"
_HTTP = _WRONG_PORT.format("HTTP", "let it call http.port")
#: First bytes of what is no PDU and often comes: no PDU type of PS3.8 9.3 is among them.
_STRANGERS: Final = {
    0x0B: _WRONG_PORT.format("HL7 (MLLP)", "let it call orders.port"),
    0x16: _WRONG_PORT.format("TLS", "let it call tls.port, or switch TLS off in the caller"),
    **dict.fromkeys(b"GHOPT", _HTTP),  # GET, HEAD, OPTIONS, POST or PUT, TRACE
}
#: Item length, presentation context identifier, message control header (PS3.8 9.3.5.1, E.2).
_PDV_HEAD = Struct(">LBB")
_COMMAND, _LAST = 0x01, 0x02
#: Long enough for any PDU without a data set. While a data set arrives, the larger the rarer the disk is called.
_IDLE_BYTES, BUSY_BYTES = 1 << 16, 1 << 20
#: What is there goes to the data set when less than this is left for what comes.
_LEAST_ROOM = BUSY_BYTES // 2


class MalformedPdu(Exception):
    """The peer does not speak the upper layer protocol; nothing after this can be understood."""


class Connection(Protocol):
    """What is read of a socket."""

    def recv_into(self, buffer: memoryview, /) -> int:
        """Put what has arrived into the buffer and return its length; 0 at the end."""
        ...


class PduSink(Protocol):
    """Takes what a stream finds."""

    @property
    def expects_data(self) -> bool:
        """Whether P-DATA-TF PDUs are to be taken apart; otherwise they are PDUs like all others."""
        ...

    def take_pdu(self, pdu: bytes) -> None:
        """Take a whole PDU that has no data."""
        ...

    def take_command(self, context_id: int, fragment: bytes) -> None:
        """Take a fragment of a command set, with its message control header in front."""
        ...

    def take_data(self, context_id: int, fragments: list[memoryview]) -> None:
        """Take the next part of a data set; the views are valid until this returns."""
        ...

    def end_data(self, context_id: int) -> None:
        """Learn that the data set is whole."""
        ...


class PduStream:
    """The bytes of one connection. One thread calls `fill`, and after it `walk`.

    Args:
        connection: read from, never written to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._view = memoryview(bytearray(_IDLE_BYTES))
        self._start = self._end = 0
        self._pdu_left = self._pdv_left = 0
        self._context_id, self._is_last = 0, False
        self._fragments: list[memoryview] = []

    def fill(self) -> int:
        """Take what has arrived, waiting for the first byte where nothing has; return 0 at the end.

        Raises:
            OSError: the connection broke, or its time-out passed.
        """
        count = self._connection.recv_into(self._view[self._end :])
        self._end += count
        return count

    def walk(self, sink: PduSink) -> None:
        """Hand on everything that is whole.

        Raises:
            MalformedPdu: also where what should be small does not fit into the buffer.
        """
        while self._step(sink):
            pass
        if len(self._view) - self._end < _LEAST_ROOM:
            self._make_room(sink)

    def _step(self, sink: PduSink) -> bool:
        """Return whether there was something whole."""
        if self._pdv_left:
            return self._step_in_data(sink)
        return self._step_in_pdu(sink) if self._pdu_left else self._begin_pdu(sink)

    def _begin_pdu(self, sink: PduSink) -> bool:
        if self._buffered < _PDU_HEAD.size:
            return False
        kind, length = _PDU_HEAD.unpack_from(self._view, self._start)
        if kind in _STRANGERS:
            raise MalformedPdu(_STRANGERS[kind])
        if kind == P_DATA_TF and sink.expects_data:
            self._start += _PDU_HEAD.size
            self._pdu_left = length
            return True
        whole = self._take(_PDU_HEAD.size + length)
        if whole is not None:
            sink.take_pdu(whole)
        return whole is not None

    def _step_in_pdu(self, sink: PduSink) -> bool:
        if self._buffered < _PDV_HEAD.size:
            return False
        length, context_id, control = _PDV_HEAD.unpack_from(self._view, self._start)
        if not 2 <= length <= self._pdu_left - 4:
            raise MalformedPdu(f"a value of {length} bytes in the {self._pdu_left} that are left of its PDU")
        if control & _COMMAND:
            return self._step_in_command(sink, context_id, length)
        self._start += _PDV_HEAD.size
        self._pdu_left -= 4 + length
        self._context_id, self._is_last, self._pdv_left = context_id, bool(control & _LAST), length - 2
        if self._is_last and not self._pdv_left:
            self._end_data(sink)
        return True

    def _step_in_command(self, sink: PduSink, context_id: int, length: int) -> bool:
        whole = self._take(4 + length)
        if whole is None:
            return False
        self._pdu_left -= 4 + length
        sink.take_command(context_id, whole[5:])
        return True

    def _step_in_data(self, sink: PduSink) -> bool:
        length = min(self._buffered, self._pdv_left)
        if not length:
            return False
        self._fragments.append(self._view[self._start : self._start + length])
        self._start += length
        self._pdv_left -= length
        if self._is_last and not self._pdv_left:
            self._end_data(sink)
        return True

    def _end_data(self, sink: PduSink) -> None:
        self._hand_on(sink)
        sink.end_data(self._context_id)

    def _hand_on(self, sink: PduSink) -> None:
        fragments, self._fragments = self._fragments, []
        if fragments:
            sink.take_data(self._context_id, fragments)

    def _take(self, length: int) -> bytes | None:
        """Return that many bytes, None while they are not all there."""
        if length > len(self._view):
            raise MalformedPdu(f"{length} bytes that should be few")
        if self._buffered < length:
            return None
        taken = bytes(self._view[self._start : self._start + length])
        self._start += length
        return taken

    def _make_room(self, sink: PduSink) -> None:
        """Hand on what came of a data set, and put what is left at the beginning of the buffer."""
        self._hand_on(sink)
        left = self._view[self._start : self._end]
        is_busy = self._pdv_left or self._pdu_left
        view = memoryview(bytearray(BUSY_BYTES)) if is_busy and len(self._view) < BUSY_BYTES else self._view
        view[: len(left)] = bytes(left)
        self._view, self._start, self._end = view, 0, len(left)

    @property
    def _buffered(self) -> int:
        return self._end - self._start
