"""What a modality puts on the wire, as bytes: a whole association with one C-STORE (PS3.8 9.3, PS3.7 E)."""

from struct import pack

from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian
from pynetdicom.dimse_messages import C_STORE_RQ

from tests.fakes.radiographs import make_radiograph
from tests.fakes.storage_node import make_store

_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
_VERIFICATION = "1.2.840.10008.1.1"
RELEASE = pack(">BxLxxxx", 5, 4)
ABORT = pack(">BxLxxxx", 7, 4)


def _item(kind: int, content: bytes) -> bytes:
    return pack(">BxH", kind, len(content)) + content


def _context(number: int, abstract_syntax: str) -> bytes:
    syntaxes = _item(0x30, abstract_syntax.encode()) + _item(0x40, str(ExplicitVRLittleEndian).encode())
    return _item(0x20, pack(">Bxxx", number) + syntaxes)


def associate_request(calling: str = "MOD1", called: str = "OSTEONODE") -> bytes:
    """Return an A-ASSOCIATE-RQ for C-ECHO and one storage class."""
    contexts = _context(1, str(ComputedRadiographyImageStorage)) + _context(3, _VERIFICATION)
    user = _item(0x50, _item(0x51, pack(">L", 16384)) + _item(0x52, b"1.2.3.4") + _item(0x55, b"FUZZ"))
    titles = called.ljust(16).encode() + calling.ljust(16).encode() + bytes(32)
    body = pack(">Hxx", 1) + titles + _item(0x10, _APPLICATION_CONTEXT.encode()) + contexts + user
    return pack(">BxL", 1, len(body)) + body


def store_request(seed: int = 1, *, pdv_bytes: int = 700) -> bytes:
    """Return the P-DATA-TF PDUs of a C-STORE of a small radiograph."""
    message = C_STORE_RQ()
    message.primitive_to_message(make_store(make_radiograph(seed)))
    pdus = b""
    for primitive in message.encode_msg(1, pdv_bytes):
        for context_id, value in primitive.presentation_data_value_list:
            pdus += pack(">BxLLB", 4, len(value) + 5, len(value) + 1, context_id) + bytes(value)
    return pdus


def association(seed: int = 1) -> bytes:
    """Return everything that a modality sends which hands over one image."""
    return associate_request() + store_request(seed) + RELEASE
