"""One image as the documents need it: its header, and what the models' reader kept of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from domain.errors import DocumentError
from domain.evidence_map import EvidenceMap

Picture = NDArray[np.uint8]


class PictureAtHand:
    """The one display picture of a study that is in memory: of whichever image was looked at last."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._picture: Picture | None = None

    def read(self, path: Path, sop_instance_uid: str) -> Picture:
        """Return the picture of a file, read unless it is at hand."""
        if self._picture is None or path != self._path:
            self._picture = None  # before the next is read
            self._picture, self._path = _read_grey(path, sop_instance_uid), path
            self._picture.flags.writeable = False  # who draws on it would draw on every document
        return self._picture


@dataclass(frozen=True)
class ImageEvidence:
    """A received image.

    Attributes:
        header: the data set as received, without pixel data.
        display: (rows, columns) uint8, or the path of an 8-bit grey PNG of it; in the orientation of the stored pixels,
            bone bright whatever the photometric interpretation; None where the image could not be decoded. It may be
            smaller than the stored image.
        heat_map: where a model looked, or the path of an encoded map; None where there is none.
        at_hand: shared by the images of a study, so that one picture at a time is in memory.
    """

    header: Dataset
    display: Picture | Path | None = None
    heat_map: EvidenceMap | Path | None = None
    at_hand: PictureAtHand = field(default_factory=PictureAtHand, repr=False, compare=False)

    @property
    def picture(self) -> Picture | None:
        """The display picture. Raises DocumentError where the file is no 8-bit grey picture."""
        if self.display is None or isinstance(self.display, np.ndarray):
            picture = self.display
        else:
            picture = self.at_hand.read(self.display, str(self.header.get("SOPInstanceUID", "")))
        if picture is not None and (picture.ndim != 2 or picture.dtype != np.uint8):
            raise DocumentError("a display picture is 8-bit grey", subject=str(self.header.get("SOPInstanceUID", "")))
        return picture

    @cached_property
    def evidence_map(self) -> EvidenceMap | None:
        """Where a model looked, read once.

        Raises DocumentError where the file is missing or no map, or the map is that of another image.
        """
        sop_instance_uid = str(self.header.get("SOPInstanceUID", "")).strip(" \0")
        found = _read_map(self.heat_map, sop_instance_uid) if isinstance(self.heat_map, Path) else self.heat_map
        if found is not None and found.sop_instance_uid != sop_instance_uid:
            raise DocumentError("a heat map is that of another image", subject=sop_instance_uid)
        return found


def with_one_picture(evidence: Iterable[ImageEvidence]) -> tuple[ImageEvidence, ...]:
    """Return the same images, of which one picture at a time is in memory."""
    at_hand = PictureAtHand()
    return tuple(replace(each, at_hand=at_hand) for each in evidence)


def _read_map(path: Path, sop_instance_uid: str) -> EvidenceMap:
    try:
        return EvidenceMap.decode(path.read_bytes())
    except OSError as error:
        raise DocumentError("the heat map is missing", subject=sop_instance_uid) from error
    except ValueError as error:
        raise DocumentError("the heat map cannot be decoded", subject=sop_instance_uid) from error


def _read_grey(path: Path, sop_instance_uid: str) -> Picture:
    try:
        encoded = np.fromfile(path, np.uint8)
    except OSError as error:
        raise DocumentError("the display picture is missing", subject=sop_instance_uid) from error
    picture = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED) if encoded.size else None
    if picture is None:
        raise DocumentError("the display picture cannot be decoded", subject=sop_instance_uid)
    return cast(Picture, picture)  # its depth is checked by the caller
