"""What a person should see with a reading, in files: the picture as PNG, and the map of where a model looked."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from domain.evidence_map import EvidenceMap
from inference.grey_png import encode_grey

Picture = npt.NDArray[np.uint8]

#: Longest side of an evidence picture.
MAX_SIDE_PX = 2048

#: From this scale on a line of one pixel keeps a third of its contrast between two neighbours too. Averages over areas,
#: which a smaller picture needs, leave it no more (two fifths), and take 12 ms longer.
LINEAR_FROM = 0.75


def write_display(folder: Path, name: str, display: Picture) -> Path:
    """Write a radiograph, (rows, columns) uint8, as grey PNG of at most `MAX_SIDE_PX` a side; return where.

    Args:
        folder: made when absent.
        name: what the picture is of, a SOP Instance UID as the image has it. Files are named by its digest, because
            an image from anywhere may have anything in the place of a UID, a path too.
        display: the radiograph.

    Raises:
        OSError: the file cannot be written.
    """
    return _write(folder, name, "display.png", encode_grey(bound(display)))


def write_map(folder: Path, evidence: EvidenceMap) -> Path:
    """Write where a model looked, named as the display of its image; return where. Raises OSError as that does."""
    return _write(folder, evidence.sop_instance_uid, "map.json", evidence.encode())


def bound(picture: Picture) -> Picture:
    """Return a picture with its long side bounded, so that a line of one pixel stays wherever it lies."""
    rows, columns = picture.shape
    scale = min(1.0, MAX_SIDE_PX / max(rows, columns))
    if scale == 1.0:
        return picture
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    method = cv2.INTER_LINEAR if scale >= LINEAR_FROM else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, size, interpolation=method), dtype=np.uint8)


def _write(folder: Path, name: str, suffix: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}-{suffix}"
    # A reader that is ended while it writes leaves no half file under the final name.
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
    return path
