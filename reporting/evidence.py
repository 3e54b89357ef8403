"""One image as the documents need it: its header, and the picture the models' reader kept of it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from domain.errors import DocumentError

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class ImageEvidence:
    """A received image.

    Attributes:
        header: the data set as received, without pixel data.
        display: (rows, columns) uint8, or the path of an 8-bit grey PNG of it; in the orientation of the stored pixels,
            bone bright whatever the photometric interpretation; None where the image could not be decoded. It may be
            smaller than the stored image.
        heat_map: where the models looked, in the form and over the field of `display`; None where there is none.
    """

    header: Dataset
    display: Picture | Path | None = None
    heat_map: Picture | Path | None = None

    @cached_property
    def picture(self) -> Picture | None:
        """The display picture, read once. Raises DocumentError where the file is no 8-bit grey picture."""
        if self.display is None or isinstance(self.display, np.ndarray):
            picture = self.display
        else:
            picture = _read_grey(self.display, str(self.header.get("SOPInstanceUID", "")))
        if picture is not None and (picture.ndim != 2 or picture.dtype != np.uint8):
            raise DocumentError("a display picture is 8-bit grey", subject=str(self.header.get("SOPInstanceUID", "")))
        return picture


def _read_grey(path: Path, sop_instance_uid: str) -> Picture:
    try:
        encoded = np.fromfile(path, np.uint8)
    except OSError as error:
        raise DocumentError("the display picture is missing", subject=sop_instance_uid) from error
    picture = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED) if encoded.size else None
    if picture is None:
        raise DocumentError("the display picture cannot be decoded", subject=sop_instance_uid)
    return cast(Picture, picture)  # its depth is checked by the caller
