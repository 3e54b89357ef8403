"""Image files on disk for `osteonode read`: which there are, and what the header of each says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom import Dataset
from pydicom.errors import InvalidDicomError

from dicom_node.modality import find_files
from domain.errors import MalformedInstance
from inference.picture import is_picture, open_picture

#: Names that say DICOM; other files of a folder are opened to see whether they are.
DICOM_SUFFIXES = frozenset({".dcm", ".dic", ".dicom", ".ima"})
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One file to read.

    Attributes:
        header: without pixel data; None where the file cannot be understood.
    """

    path: Path
    header: Dataset | None

    @property
    def study_instance_uid(self) -> str:
        """The study it belongs to; empty where the header names none."""
        return str(self.header.get("StudyInstanceUID") or "") if self.header is not None else ""


def find_images(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files named and, of folders, the files in them that are DICOM or a picture by name or by content."""
    named = {path for path in paths if not path.is_dir()}
    return tuple(path for path in find_files(paths) if path in named or _may_be_image(path))


def _may_be_image(path: Path) -> bool:
    if is_picture(path) or path.suffix.lower() in DICOM_SUFFIXES:
        return True
    if path.name.upper() == "DICOMDIR":
        return False
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def open_header(path: Path) -> ImageFile:
    """Read the header of a file; never raises for what the file holds."""
    try:
        header = open_picture(path) if is_picture(path) else pydicom.dcmread(path, stop_before_pixels=True)
    except (MalformedInstance, InvalidDicomError, OSError, ValueError, TypeError, AttributeError, LookupError):
        return ImageFile(path, None)
    for keyword in _PIXELS:
        if keyword in header:
            del header[keyword]
    return ImageFile(path, header)
