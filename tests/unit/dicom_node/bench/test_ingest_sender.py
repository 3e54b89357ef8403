"""What the quick senders put on the wire."""

from io import BytesIO
from struct import unpack_from

from pynetdicom.dsutils import decode

from dicom_node.bench.bare_receiver import _encode_stored
from dicom_node.bench.ingest_images import Image
from dicom_node.bench.ingest_sender import _cut, _encode_command, _find_status

IMAGE = Image("1.2.840.10008.5.1.4.1.1.1", "1.2.3", b"0123456789", memoryview(b"abcdefghij"))


def test_fragments_are_the_data_set_in_order_and_as_long_as_the_peer_allows() -> None:
    fragments = [b"".join(each) for each in _cut(IMAGE, 6)]
    assert fragments == [b"012345", b"6789ab", b"cdefgh", b"ij"]


def test_a_command_names_its_image() -> None:
    command = decode(BytesIO(_encode_command(IMAGE.sop_class_uid, "1.2.3", 7)), True, True)
    assert (command.AffectedSOPInstanceUID, command.CommandField) == ("1.2.3", 0x0001)
    assert command.CommandDataSetType != 0x0101


def test_the_status_of_a_response_is_found() -> None:
    pdu = _encode_stored()
    assert unpack_from(">L", pdu, 2)[0] == len(pdu) - 6
    assert _find_status(pdu) == 0x0000
