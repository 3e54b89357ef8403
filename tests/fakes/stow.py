"""Bodies of STOW-RS requests, and the Part 10 files in them."""

from collections.abc import Iterator
from io import BytesIO

from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from tests.fakes.radiographs import make_radiograph

BOUNDARY = "a-boundary-of-a-test"
RELATED = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'


def encode_file(ds: Dataset | None = None, transfer_syntax_uid: UID = ExplicitVRLittleEndian) -> bytes:
    """Return a data set as a Part 10 file, written by pydicom."""
    ds = ds or make_radiograph()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = transfer_syntax_uid
    buffer = BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def stream_body(mebibytes: int) -> Iterator[bytes]:
    """Yield a multipart body with one radiograph whose pixel data is so long, without ever holding it."""
    file = encode_file()
    pixels = file.rindex(b"\xe0\x7f\x10\x00OW")
    yield f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    yield file[: pixels + 8] + (mebibytes << 20).to_bytes(4, "little")
    for _ in range(mebibytes):
        yield b"\1" * (1 << 20)
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def encode_body(*parts: bytes, content_type: str = "application/dicom") -> bytes:
    """Return a multipart body with these parts."""
    opened = f"--{BOUNDARY}\r\nContent-Type: {content_type}\r\n\r\n".encode()
    return b"".join(opened + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()
