"""Small radiographs with distinctive patient data, and their bytes as they go over the wire."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian

from domain.uid import derive_uid

#: Values that must never turn up in a log, a metric or an error.
PATIENT_VALUES = {
    "PatientName": "Zzyzx^Quilla",
    "PatientID": "PID-SECRET-4711",
    "AccessionNumber": "ACC-SECRET-0815",
    "PatientBirthDate": "19370704",
    "StudyDate": "20240229",
    "StudyDescription": "WRIST SECRET FALL",
    "ReferringPhysicianName": "Xanthippe^Orville",
}


def make_radiograph(seed: int = 0, *, rows: int = 32, columns: int = 24, **elements: Any) -> Dataset:
    """Return a whole CR instance; the same seed gives the same UIDs and pixels, `elements` override by keyword."""
    ds = Dataset()
    ds.SOPClassUID = ComputedRadiographyImageStorage
    ds.SOPInstanceUID = derive_uid("test instance", str(seed))
    ds.StudyInstanceUID = derive_uid("test study", str(seed))
    ds.SeriesInstanceUID = derive_uid("test series", str(seed))
    ds.Modality, ds.BodyPartExamined = "CR", "HAND"
    for keyword, value in PATIENT_VALUES.items():
        setattr(ds, keyword, value)
    _set_pixels(ds, np.random.default_rng(seed).integers(0, 4096, (rows, columns), dtype=np.uint16))
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    return ds


def _set_pixels(ds: Dataset, pixels: "np.ndarray[Any, Any]") -> None:
    ds.Rows, ds.Columns = pixels.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = pixels.tobytes()


def encode_data_set(ds: Dataset, transfer_syntax_uid: UID = ExplicitVRLittleEndian) -> bytes:
    """Return the data set without preamble and file meta, in a native or deflated transfer syntax."""
    buffer = DicomBytesIO()
    buffer.is_implicit_VR = transfer_syntax_uid.is_implicit_VR
    buffer.is_little_endian = transfer_syntax_uid.is_little_endian
    write_dataset(buffer, ds)
    encoded = buffer.getvalue()
    if not transfer_syntax_uid.is_deflated:
        return encoded
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflater.compress(encoded) + deflater.flush()


def save_radiograph(ds: Dataset, path: Path, transfer_syntax_uid: UID = ExplicitVRLittleEndian) -> Path:
    """Write a Part 10 file and return its path."""
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = transfer_syntax_uid
    ds.save_as(path, enforce_file_format=True)
    return path


def read_data_set_bytes(path: Path) -> bytes:
    """Return the bytes behind the file meta of a Part 10 file, read without pydicom."""
    data = path.read_bytes()
    assert data[128:132] == b"DICM"
    group_length = int.from_bytes(data[140:144], "little")
    return data[144 + group_length :]
