"""PDUs, however the network cuts them."""

from itertools import pairwise
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.receive.pdu_stream import BUSY_BYTES, MalformedPdu, PduStream

RELEASE_RQ = bytes.fromhex("05000000000400000000")


class Wire:
    """A connection that brings these pieces, one at a time."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    def recv_into(self, buffer: memoryview, /) -> int:
        piece = self._pieces.pop(0) if self._pieces else b""
        taken, rest = piece[: len(buffer)], piece[len(buffer) :]
        if rest:
            self._pieces.insert(0, rest)
        buffer[: len(taken)] = taken
        return len(taken)


class Sink:
    """Writes down what it gets."""

    def __init__(self, *, expects_data: bool = True) -> None:
        self.expects_data = expects_data
        self.commands: list[tuple[int, bytes]] = []
        self.data, self.parts, self.whole = b"", 0, list[bytes]()
        self.pdus: list[bytes] = []

    def take_pdu(self, pdu: bytes) -> None:
        self.pdus.append(pdu)

    def take_command(self, context_id: int, fragment: bytes) -> None:
        self.commands.append((context_id, fragment))

    def take_data(self, context_id: int, fragments: list[memoryview]) -> None:
        self.data += b"".join(fragments)
        self.parts += 1

    def end_data(self, context_id: int) -> None:
        self.whole.append(self.data)
        self.data = b""


def value(control: int, content: bytes, context_id: int = 3) -> bytes:
    return pack(">LBB", len(content) + 2, context_id, control) + content


def p_data(*values: bytes) -> bytes:
    return pack(">BxL", 4, sum(map(len, values))) + b"".join(values)


def walk(wire: Wire, sink: Sink) -> Sink:
    stream = PduStream(wire)
    while stream.fill():
        stream.walk(sink)
    return sink


def message(content: bytes, pdu_bytes: int) -> bytes:
    pieces = [content[at : at + pdu_bytes] for at in range(0, len(content), pdu_bytes)] or [b""]
    data = b"".join(p_data(value(0, piece)) for piece in pieces[:-1]) + p_data(value(2, pieces[-1]))
    return p_data(value(3, b"command")) + data


@given(content=st.binary(max_size=300), pdu_bytes=st.integers(1, 80), cuts=st.lists(st.integers(1, 700), max_size=12))
def test_however_a_message_is_cut_it_arrives_whole(content: bytes, pdu_bytes: int, cuts: list[int]) -> None:
    sent = message(content, pdu_bytes) + RELEASE_RQ
    edges = [0, *sorted({cut for cut in cuts if cut < len(sent)}), len(sent)]
    sink = walk(Wire(*(sent[a:b] for a, b in pairwise(edges))), Sink())
    assert sink.commands == [(3, b"\x03command")]
    assert (sink.whole, sink.pdus) == ([content], [RELEASE_RQ])


def test_command_and_data_may_share_a_pdu_and_messages_a_buffer() -> None:
    one = p_data(value(3, b"c"), value(0, b"ab"), value(2, b"c"))
    sink = walk(Wire(one + one), Sink())
    assert (len(sink.commands), sink.whole) == (2, [b"abc", b"abc"])


def test_a_large_data_set_is_handed_on_in_few_parts_while_it_arrives() -> None:
    content = bytes(range(256)) * 4096 * 3
    sent = message(content, 131072)
    sink = walk(Wire(*(sent[at : at + 65536] for at in range(0, len(sent), 65536))), Sink())
    assert sink.whole == [content]
    assert 1 < sink.parts <= 2 + len(content) // (BUSY_BYTES // 2)


def test_before_the_association_is_there_data_is_a_pdu_like_any_other() -> None:
    sent = p_data(value(2, b"abc"))
    assert walk(Wire(sent), Sink(expects_data=False)).pdus == [sent]


@pytest.mark.parametrize(
    "sent",
    [
        pack(">BxL", 4, 8) + pack(">LBB", 100, 1, 0) + b"ab",
        pack(">BxL", 4, 8) + pack(">LBB", 1, 1, 0) + b"ab",
        pack(">BxL", 4, 0xFFFFFFFF) + pack(">LBB", 0xFFFFFF00, 1, 1) + b"ab",
        pack(">BxL", 1, 0xFFFFFFFF) + b"ab",
    ],
    ids=["value-past-its-pdu", "value-without-head", "endless-command", "endless-request"],
)
def test_what_cannot_be_understood_is_malformed(sent: bytes) -> None:
    with pytest.raises(MalformedPdu):
        walk(Wire(sent), Sink())


def test_a_data_set_that_never_ends_takes_no_memory_but_the_buffer() -> None:
    endless = pack(">BxL", 4, 0xFFFFFFFF) + pack(">LBB", 0xFFFFFFF0, 1, 0)
    stream = PduStream(Wire(p_data(value(3, b"c")) + endless, *[b"x" * 10**6] * 8))
    sink = Sink()
    while stream.fill():
        stream.walk(sink)
    assert sink.whole == []
    assert len(stream._view) == BUSY_BYTES
