"""C-STORE on the wire: the command set of a request taken apart, that of a response put together (PS3.7 9.3.1, E.1).

A command set is a handful of elements in Implicit VR Little Endian. To make a data set of each, with every value
validated, takes pydicom longer than an image of half a megabyte takes to be written.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

from dicom_node.receive.pdu_stream import MalformedPdu
from dicom_node.receive.statuses import Answer

_ELEMENT: Final = Struct("<HHL")
_SHORT: Final = Struct("<H")
_PDV_HEAD: Final = Struct(">BxLLBB")
_P_DATA_TF, _LAST_COMMAND = 0x04, 0x03
_GROUP_LENGTH, _CLASS, _FIELD, _MESSAGE_ID, _ANSWERED_ID = 0x0000, 0x0002, 0x0100, 0x0110, 0x0120
_DATA_SET_TYPE, _STATUS, _COMMENT, _INSTANCE = 0x0800, 0x0900, 0x0902, 0x1000
_STORE_RQ, _STORE_RSP, _NO_DATA_SET = 0x0001, 0x8001, 0x0101


@dataclass(frozen=True, slots=True)
class StoreCommand:
    """What a C-STORE request says of its data set; the UIDs are as the peer wrote them, valid or not."""

    message_id: int
    sop_class_uid: str
    sop_instance_uid: str
    has_data_set: bool = True


def parse_store(command: bytes) -> StoreCommand | None:
    """Return the C-STORE request that a whole command set is, None where it is another message.

    Raises:
        MalformedPdu: it is no command set, or a C-STORE request without message ID.
    """
    elements = _parse(command)
    if _number(elements, _FIELD) != _STORE_RQ:
        return None
    message_id = _number(elements, _MESSAGE_ID)
    if message_id is None:
        raise MalformedPdu("a C-STORE request without (0000,0110) Message ID")
    has_data_set = _number(elements, _DATA_SET_TYPE) not in (None, _NO_DATA_SET)
    return StoreCommand(message_id, _text(elements, _CLASS), _text(elements, _INSTANCE), has_data_set)


def encode_response(command: StoreCommand, answer: Answer, context_id: int, most_pdu_bytes: int) -> bytes:
    """Return the response as P-DATA-TF PDUs.

    Args:
        most_pdu_bytes: that the peer takes, without the head of six bytes (PS3.8 D.1); 0 is no limit.
    """
    elements = [
        (_CLASS, _encode_uid(command.sop_class_uid)),
        (_FIELD, _SHORT.pack(_STORE_RSP)),
        (_ANSWERED_ID, _SHORT.pack(command.message_id)),
        (_DATA_SET_TYPE, _SHORT.pack(_NO_DATA_SET)),
        (_STATUS, _SHORT.pack(answer.status)),
        (_COMMENT, _pad(answer.comment.encode("ascii"), b" ")),
        (_INSTANCE, _encode_uid(command.sop_instance_uid)),
    ]
    encoded = b"".join(_encode(tag, value) for tag, value in elements if value)
    whole = _encode(_GROUP_LENGTH, len(encoded).to_bytes(4, "little")) + encoded
    length = max(1, most_pdu_bytes - 6) if most_pdu_bytes else len(whole)
    pieces = [whole[at : at + length] for at in range(0, len(whole), length)]
    controls = [_LAST_COMMAND & 1] * (len(pieces) - 1) + [_LAST_COMMAND]
    return b"".join(
        _PDV_HEAD.pack(_P_DATA_TF, len(piece) + 6, len(piece) + 2, context_id, control) + piece
        for piece, control in zip(pieces, controls, strict=True)
    )


def _parse(command: bytes) -> dict[int, bytes]:
    elements: dict[int, bytes] = {}
    at = 0
    while at < len(command):
        if len(command) - at < _ELEMENT.size:
            raise MalformedPdu("a command set that ends inside an element")
        group, element, length = _ELEMENT.unpack_from(command, at)
        at += _ELEMENT.size
        if group != 0 or at + length > len(command):
            raise MalformedPdu(f"({group:04X},{element:04X}) does not belong into a command set, or ends behind it")
        elements[element] = command[at : at + length]
        at += length
    return elements


def _number(elements: dict[int, bytes], element: int) -> int | None:
    value = elements.get(element, b"")
    return int(_SHORT.unpack(value)[0]) if len(value) == _SHORT.size else None


def _text(elements: dict[int, bytes], element: int) -> str:
    return elements.get(element, b"").decode("ascii", "replace").strip("\0 ")


def _encode(element: int, value: bytes) -> bytes:
    return _ELEMENT.pack(0x0000, element, len(value)) + value


def _encode_uid(uid: str) -> bytes:
    return _pad(uid.encode("ascii", "replace"), b"\0")


def _pad(value: bytes, filling: bytes) -> bytes:
    return value + filling if len(value) % 2 else value
