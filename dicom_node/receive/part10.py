"""The head of the Part 10 files we write: preamble, prefix and file meta information (PS3.10 7.1)."""

from io import BytesIO

from pydicom.dataset import FileMetaDataset
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID

from dicom_node.receive.header import is_uid
from domain.uid import derive_uid

#: Names this implementation on the wire and in files (PS3.7 D.3.3.2); a constant, not of one site or version.
IMPLEMENTATION_CLASS_UID = UID(derive_uid("osteonode", "implementation class"))
IMPLEMENTATION_VERSION_NAME = "OSTEONODE_01"


def encode_head(
    *,
    sop_class_uid: str,
    sop_instance_uid: str,
    transfer_syntax_uid: str,
    calling_ae_title: str,
    called_ae_title: str,
) -> bytes:
    """Return everything that stands before the data set; a UID that is none is left out."""
    meta = FileMetaDataset()
    meta.FileMetaInformationGroupLength = 0  # filled in while writing
    meta.FileMetaInformationVersion = b"\0\1"
    if is_uid(sop_class_uid):
        meta.MediaStorageSOPClassUID = UID(sop_class_uid)
    if is_uid(sop_instance_uid):
        meta.MediaStorageSOPInstanceUID = UID(sop_instance_uid)
    meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    meta.SourceApplicationEntityTitle = calling_ae_title
    meta.SendingApplicationEntityTitle = calling_ae_title
    meta.ReceivingApplicationEntityTitle = called_ae_title
    buffer = BytesIO(b"\0" * 128 + b"DICM")
    buffer.seek(0, 2)
    write_file_meta_info(buffer, meta, enforce_standard=False)  # type: ignore[arg-type]
    return buffer.getvalue()
