"""Small DICOM images with pixels that a test chose, and headers that a modality would write."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset, FileMetaDataset
from pydicom.config import disable_value_validation
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian

SOP_INSTANCE_UID = "1.2.826.0.1.3680043.10.1.1"


def make_image(pixels: npt.NDArray[Any], **attributes: Any) -> Dataset:
    """Return a CR of the hand with these stored values (uint8, uint16 or int16); an attribute of None is left out."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = ComputedRadiographyImageStorage
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = UID(SOP_INSTANCE_UID)
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{SOP_INSTANCE_UID}.1", f"{SOP_INSTANCE_UID}.2"
    ds.Modality, ds.BodyPartExamined = "CR", "HAND"
    ds.PatientName, ds.PatientID = "Nobody^At All", "NONE"
    ds.Rows, ds.Columns = pixels.shape[:2]
    ds.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    ds.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = pixels.dtype.itemsize * 8
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0
    if pixels.ndim == 3:
        ds.PlanarConfiguration = 0
    content = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    ds.PixelData = content + b"\0" * (len(content) % 2)
    ds["PixelData"].VR = "OB" if ds.BitsAllocated == 8 else "OW"
    with disable_value_validation():  # modalities write what they like
        for keyword, value in attributes.items():
            if keyword in ds:
                delattr(ds, keyword)  # an element remembers how strictly it was made
            if value is not None:
                setattr(ds, keyword, value)
    return ds


def save(ds: Dataset, path: Path) -> Path:
    """Write a Part 10 file."""
    with disable_value_validation():
        ds.save_as(path, enforce_file_format=True)
    return path


def ramp(rows: int = 96, columns: int = 80, *, bits: int = 12) -> npt.NDArray[np.uint16]:
    """Return stored values that differ everywhere along both axes, so that no turn or mirror image equals it."""
    y, x = np.mgrid[0:rows, 0:columns]
    return np.asarray((y * 31 + x * 7) % 2**bits, dtype=np.uint16)


#: Shows the twelve bits of `planted` from black to white.
WHOLE_WINDOW = {"BitsStored": 12, "HighBit": 11, "WindowCenter": 2048, "WindowWidth": 4096}


def planted(rows: int, columns: int, centre: tuple[float, float], side_px: int) -> npt.NDArray[np.uint16]:
    """Return a dark 12-bit picture with a bright square around `centre` (x, y in stored pixels)."""
    pixels = np.full((rows, columns), 400, dtype=np.uint16)
    # Two values of grey, so that contrast is stretched from the background up to the target.
    pixels[::2] = 200
    left, top = round(centre[0] - side_px / 2), round(centre[1] - side_px / 2)
    pixels[max(top, 0) : max(top + side_px, 0), max(left, 0) : max(left + side_px, 0)] = 4000
    return pixels
