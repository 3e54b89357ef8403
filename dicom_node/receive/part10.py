"""The head of a Part 10 file, ours and others': preamble, prefix and file meta information (PS3.10 7.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final

from pydicom.dataset import FileMetaDataset
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID

from dicom_node.receive.element_walk import Element, ElementWalk, Encoding
from dicom_node.receive.header import is_uid
from dicom_node.receive.statuses import Outcome, Refused
from domain.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

#: Heads are a few hundred bytes long; one that is longer than this is not read.
LONGEST_HEAD_BYTES: Final = 1 << 16
_PREAMBLE_BYTES: Final = 132
_META_GROUP: Final = b"\2\0"
_CLASS, _INSTANCE, _SYNTAX = 0x00020002, 0x00020003, 0x00020010


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the data set of a file that somebody else wrote.

    Attributes:
        sop_class_uid: empty where the file does not say; so is `sop_instance_uid`.
        data_set_offset: length of the head.
    """

    transfer_syntax_uid: str
    sop_class_uid: str
    sop_instance_uid: str
    data_set_offset: int


#: (0002,0003) Media Storage SOP Instance UID in Explicit VR Little Endian.
_INSTANCE_UID_TAG = b"\x02\x00\x03\x00UI"


def encode_head(
    *,
    sop_class_uid: str,
    sop_instance_uid: str,
    transfer_syntax_uid: str,
    calling_ae_title: str,
    called_ae_title: str,
) -> bytes:
    """Return everything that stands before the data set; a UID that is none is left out."""
    if not is_uid(sop_instance_uid):
        return _encode(sop_class_uid, "", transfer_syntax_uid, calling_ae_title, called_ae_title)
    before, after = _encode_around(
        len(sop_instance_uid), sop_class_uid, transfer_syntax_uid, calling_ae_title, called_ae_title
    )
    return before + sop_instance_uid.encode() + after


@lru_cache(maxsize=256)
def _encode_around(uid_characters: int, sop_class_uid: str, *rest: str) -> tuple[bytes, bytes]:
    """Return what stands before and after an instance UID of this length: all that differs between a sender's images.

    pydicom takes longer to make a head than the system takes to write a small image.
    """
    blank = "1." + "9" * (uid_characters - 2)
    encoded = _encode(sop_class_uid, blank, *rest)
    at = encoded.index(_INSTANCE_UID_TAG) + len(_INSTANCE_UID_TAG) + 2  # a length of two bytes (PS3.5 7.1.2)
    return encoded[:at], encoded[at + uid_characters :]


def _encode(
    sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str, calling_ae_title: str, called_ae_title: str
) -> bytes:
    meta = FileMetaDataset()
    meta.FileMetaInformationGroupLength = 0  # filled in while writing
    meta.FileMetaInformationVersion = b"\0\1"
    if is_uid(sop_class_uid):
        meta.MediaStorageSOPClassUID = UID(sop_class_uid)
    if sop_instance_uid:
        meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid)
    meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    meta.SourceApplicationEntityTitle = calling_ae_title
    meta.SendingApplicationEntityTitle = calling_ae_title
    meta.ReceivingApplicationEntityTitle = called_ae_title
    buffer = BytesIO(b"\0" * 128 + b"DICM")
    buffer.seek(0, 2)
    write_file_meta_info(buffer, meta, enforce_standard=False)  # type: ignore[arg-type]
    return buffer.getvalue()


def decode_head(beginning: bytes) -> Head:
    """Return the head of the file that begins with `beginning`, which is all of it or `LONGEST_HEAD_BYTES`.

    The group length is not relied on: some writers get it wrong. Others, pydicom and dicomweb-client among them, leave
    preamble and prefix out where the program that uses them does not ask for both.

    Raises:
        Refused: this is no Part 10 file, or its head does not say how the data set is encoded.
    """
    end = _PREAMBLE_BYTES if beginning[128:_PREAMBLE_BYTES] == b"DICM" else 0
    if beginning[end : end + 2] != _META_GROUP:
        raise Refused(Outcome.NOT_PART10, "it does not begin with a preamble, DICM and file meta information")
    values = {}
    for element in _meta_elements(beginning, end):
        end = element.end
        if element.tag in (_CLASS, _INSTANCE, _SYNTAX):
            values[element.tag] = beginning[element.start : element.end].decode("ascii", "replace").strip("\0 ")
    if not values.get(_SYNTAX):
        raise Refused(Outcome.NOT_PART10, "no (0002,0010) Transfer Syntax UID in the file meta information")
    if not all(is_uid(value) for value in values.values() if value):
        raise Refused(Outcome.UID_INVALID, "a UID of the file meta information is none (PS3.5 9.1)")
    return Head(values[_SYNTAX], values.get(_CLASS, ""), values.get(_INSTANCE, ""), end)


def _meta_elements(beginning: bytes, at: int) -> Iterator[Element]:
    """Yield the elements of group 0002, explicit VR little endian whatever follows (PS3.10 7.1)."""
    elements = ElementWalk(beginning, Encoding(implicit_vr=False), at).elements()
    while beginning[at : at + 2] == _META_GROUP:
        try:
            element = next(elements)
        except Refused as refusal:
            raise Refused(Outcome.NOT_PART10, f"file meta information: {refusal.detail}") from refusal
        yield element
        at = element.end
