"""PNG and JPEG pictures of radiographs, dressed as secondary captures so that the rest need not know the difference.

The picture is taken as displayed: an EXIF orientation is applied first, and coordinates are of the image so turned.
"""

import hashlib
import io
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError
from pydicom import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from domain.errors import MalformedInstance
from inference.picture_uids import picture_uid
from inference.reasons import MAX_PIXELS

FORMATS = ("PNG", "JPEG")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})

#: Modes of Pillow that hold more than eight bits of grey.
_DEEP_GREY = frozenset({"I", "I;16", "I;16B", "I;16L"})
#: Modes of Pillow that hold grey of eight bits or less.
_GREY = frozenset({"1", "L", "LA", "La"})


def is_picture(path: Path) -> bool:
    """Return whether a file's name says that it is a PNG or JPEG."""
    return path.suffix.lower() in SUFFIXES


def open_picture(path: Path) -> Dataset:
    """Return a picture as a Secondary Capture without a patient; its UIDs follow from the file's bytes alone.

    Raises:
        MalformedInstance: it is no PNG or JPEG, or is damaged, or is too large to be opened.
    """
    try:
        content = path.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                pixels = _pixels(image)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        raise MalformedInstance("the file is not a PNG or JPEG that can be opened") from error
    return _dress(pixels, hashlib.sha256(content).hexdigest())


def _pixels(image: Image.Image) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    if image.width * image.height > MAX_PIXELS:
        raise ValueError("too large")
    deep, grey = image.mode in _DEEP_GREY, image.mode in _GREY
    upright = ImageOps.exif_transpose(image)
    if deep:
        return np.asarray(np.clip(np.asarray(upright), 0, 65535), dtype=np.uint16)
    return np.asarray(upright.convert("L" if grey else "RGB"), dtype=np.uint8)


def _dress(pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], sha256: str) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = SecondaryCaptureImageStorage
    ds.file_meta.MediaStorageSOPInstanceUID = UID(picture_uid("instance", sha256))
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID = picture_uid("study", sha256)
    ds.SeriesInstanceUID = picture_uid("series", sha256)
    ds.Modality, ds.ConversionType = "OT", "DI"
    ds.PatientName = ds.PatientID = ds.PatientBirthDate = ds.PatientSex = ""
    ds.StudyDate = ds.StudyTime = ds.AccessionNumber = ds.StudyID = ds.ReferringPhysicianName = ""
    ds.SeriesNumber = ds.InstanceNumber = 1
    ds.Rows, ds.Columns = pixels.shape[:2]
    ds.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    ds.PhotometricInterpretation = "RGB" if pixels.ndim == 3 else "MONOCHROME2"
    if pixels.ndim == 3:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated = ds.BitsStored = pixels.dtype.itemsize * 8
    ds.HighBit, ds.PixelRepresentation = ds.BitsStored - 1, 0
    if ds.BitsStored == 8 and pixels.ndim == 2:
        # A picture is shown as it is.
        ds.WindowCenter, ds.WindowWidth = 128, 256
    content = pixels.tobytes()
    ds.PixelData = content + b"\0" * (len(content) % 2)
    ds["PixelData"].VR = "OB" if ds.BitsAllocated == 8 else "OW"
    return ds
