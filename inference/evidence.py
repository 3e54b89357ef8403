"""The pictures that a person should see with a reading, as PNG files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inference.grey_png import encode_grey

Picture = npt.NDArray[np.uint8]

#: Longest side of an evidence picture.
MAX_SIDE_PX = 2048

#: From this scale on a line of one pixel keeps a third of its contrast between two neighbours too. Averages over areas,
#: which a smaller picture needs, leave it no more (two fifths), and take 12 ms longer.
LINEAR_FROM = 0.75


@dataclass(frozen=True, slots=True)
class EvidenceFiles:
    """Where the pictures of one reading lie; both have the same shape."""

    display: Path
    heat_map: Path | None


def write_evidence(folder: Path, name: str, display: Picture, heat_map: Picture | None) -> EvidenceFiles:
    """Write the display and the heat map, (rows, columns) uint8, as grey PNG of at most `MAX_SIDE_PX` a side.

    Args:
        folder: made when absent.
        name: what the pictures are of, a SOP Instance UID as the image has it. Files are named by its digest, because
            an image from anywhere may have anything in the place of a UID, a path too.
        display: the radiograph.
        heat_map: where the models looked, if there is a map.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = hashlib.sha256(name.encode()).hexdigest()[:32]
    shown = folder / f"{stem}-display.png"
    _write(shown, display)
    if heat_map is None:
        return EvidenceFiles(shown, None)
    heat = folder / f"{stem}-heat.png"
    _write(heat, heat_map)
    return EvidenceFiles(shown, heat)


def bound(picture: Picture) -> Picture:
    """Return a picture with its long side bounded, so that a line of one pixel stays wherever it lies."""
    rows, columns = picture.shape
    scale = min(1.0, MAX_SIDE_PX / max(rows, columns))
    if scale == 1.0:
        return picture
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    method = cv2.INTER_LINEAR if scale >= LINEAR_FROM else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, size, interpolation=method), dtype=np.uint8)


def _write(path: Path, picture: Picture) -> None:
    # A reader that is ended while it writes leaves no half picture under the final name.
    part = path.with_suffix(".part")
    part.write_bytes(encode_grey(bound(picture)))
    part.replace(path)
