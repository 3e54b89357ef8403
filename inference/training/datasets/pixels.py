"""The pixels of a dataset's images, developed as the node develops what it is sent.

Nothing is refused for what it shows: a spine is no image for the bundled models, but it is one to train on.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from domain.errors import MalformedInstance
from inference.decode import decode, is_cut
from inference.grey_levels import FlatImage, grey_levels
from inference.header import DAMAGE, quietly, read_header
from inference.picture import is_picture, open_picture
from inference.radiograph import open_instance

Grey = npt.NDArray[np.float32]


def read_grey(path: Path) -> Grey:
    """Return (rows, columns) of 0..1 with bone bright, of a PNG of 8 or 16 bits, a JPEG or a Part 10 file.

    Eight bits are taken as they are, DICOM through its own window or lookup table, and what has neither between its
    percentiles 1 and 99. A picture that breaks off, as some published JPEGs do, is read as far as it goes.

    Raises:
        ValueError: the file is missing, is no image that can be read, or has the same value everywhere.
    """
    if not path.is_file():
        raise ValueError(f"{path} is missing")
    try:
        with quietly():
            ds = open_picture(path) if is_picture(path) else open_instance(path)
            return _develop(ds)
    except MalformedInstance as error:
        return _read_torn(path, error)
    except FlatImage as error:
        raise ValueError(f"{path} has the same value everywhere") from error
    except DAMAGE as error:
        raise ValueError(f"the pixels of {path} cannot be decoded") from error


def _develop(ds: Dataset) -> Grey:
    header = read_header(ds)
    if is_cut(ds, header):
        raise ValueError("the code stream breaks off")
    stored = decode(ds, header)
    if stored.ndim == 3:
        return _scale(cv2.cvtColor(stored.astype(np.uint8), cv2.COLOR_RGB2GRAY))
    return np.asarray(grey_levels(ds, header, stored).table[stored])


def _read_torn(path: Path, error: MalformedInstance) -> Grey:
    """Read a torn picture with OpenCV, which fills in what is missing; Pillow refuses it."""
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if is_picture(path) else None
    if grey is None:
        raise ValueError(f"{path} is no PNG, JPEG or DICOM file that can be read") from error
    return _scale(grey)


def _scale(grey: npt.NDArray[np.generic]) -> Grey:
    return np.asarray(grey, np.float32) / np.float32(255)
