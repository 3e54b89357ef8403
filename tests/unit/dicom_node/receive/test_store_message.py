"""C-STORE requests and responses, against pynetdicom's own."""

from io import BytesIO
from struct import pack

import pytest
from pydicom.uid import UID
from pynetdicom.dimse_messages import C_STORE_RQ
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.dsutils import decode, encode
from pynetdicom.pdu import P_DATA_TF

from dicom_node.receive.pdu_stream import MalformedPdu
from dicom_node.receive.statuses import ANSWERS, Outcome
from dicom_node.receive.store_message import StoreCommand, encode_response, parse_store

CLASS, INSTANCE = "1.2.840.10008.5.1.4.1.1.1", "1.2.3.45"
COMMAND = StoreCommand(7, CLASS, INSTANCE)


def encode_request(data_set_type: int = 0x0001) -> bytes:
    request = C_STORE()
    request.MessageID, request.Priority = 7, 2
    request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = UID(CLASS), UID(INSTANCE)
    request.DataSet = BytesIO(b"abcd")
    request.MoveOriginatorApplicationEntityTitle = "MOVER"
    message = C_STORE_RQ()
    message.primitive_to_message(request)
    message.command_set.CommandDataSetType = data_set_type
    encoded = encode(message.command_set, True, True)
    assert encoded is not None
    return encoded


def test_a_request_that_pynetdicom_writes_is_read() -> None:
    assert parse_store(encode_request()) == COMMAND
    assert parse_store(encode_request(0x0101)) == StoreCommand(7, CLASS, INSTANCE, has_data_set=False)


def test_other_requests_are_left_to_others() -> None:
    assert parse_store(pack("<HHLH", 0, 0x0100, 2, 0x0030)) is None
    assert parse_store(b"") is None


@pytest.mark.parametrize(
    "command",
    [encode_request()[:-3], pack("<HHL", 8, 0x18, 0), pack("<HHL", 0, 2, 0xFFFFFFFF), pack("<HHLH", 0, 0x0100, 2, 1)],
    ids=["cut", "other-group", "endless", "no-message-id"],
)
def test_what_is_no_command_set_is_malformed(command: bytes) -> None:
    with pytest.raises(MalformedPdu):
        parse_store(command)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("most_pdu_bytes", [0, 16384, 40])
def test_pynetdicom_reads_every_response_whatever_the_peer_takes(outcome: Outcome, most_pdu_bytes: int) -> None:
    sent, command = encode_response(COMMAND, ANSWERS[outcome], 5, most_pdu_bytes), b""
    lengths: list[int] = []
    while sent:
        length = 6 + int.from_bytes(sent[2:6], "big")
        pdu = P_DATA_TF()
        pdu.decode(sent[:length])
        ((context_id, value),) = pdu.to_primitive().presentation_data_value_list
        sent, command, lengths = sent[length:], command + value[1:], [*lengths, length - 6]
        assert (context_id, value[0]) == (5, 0x03 if not sent else 0x01)
    ds = decode(BytesIO(command), True, True)
    assert (ds.CommandField, ds.MessageIDBeingRespondedTo, ds.Status) == (0x8001, 7, ANSWERS[outcome].status)
    assert (ds.AffectedSOPClassUID, ds.AffectedSOPInstanceUID) == (CLASS, INSTANCE)
    assert ds.get("ErrorComment", "") == ANSWERS[outcome].comment
    assert ds.CommandGroupLength == len(command) - 12
    assert not most_pdu_bytes or max(lengths) <= most_pdu_bytes
