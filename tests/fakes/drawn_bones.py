"""Small drawn bones with a known break, and the file formats that datasets keep them in.

Drawn in no time and learnable: how many bones lie side by side, and on what grey, tells the region; a dark gap with
bright rims is the break. They are higher than wide, so that swapped axes show.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inference.phantom import Phantom, PhantomSpec
from inference.phantom.dicom import make_dataset, write_part10
from inference.phantom.identity import PhantomIdentity

#: What a bone may be of; the place in the list decides how it looks.
LOOKS = (
    *("elbow", "finger", "forearm", "hand", "humerus", "shoulder", "wrist"),
    *("ankle", "foot", "hip", "knee", "leg", "spine", "limb"),
)

NOBODY = PhantomIdentity("Nobody^Drawn", "DRAWN-0", "", "O", "DRAWN-A", "20260101", "120000")


@dataclass(frozen=True, eq=False)
class DrawnBone:
    """Pixels (rows, columns) uint8 with bone bright; `box_px` is x_min, y_min, x_max, y_max around the place where
    the break is, or would be."""

    pixels: npt.NDArray[np.uint8]
    broken: bool
    region: str
    box_px: tuple[float, float, float, float]


def draw_bone(side_px: int, *, seed: int, broken: bool, region: str) -> DrawnBone:
    """Draw `side_px` rows and three quarters as many columns; the same arguments give the same pixels."""
    looks = LOOKS.index(region)
    rng = np.random.default_rng([seed, looks])
    rows, columns = side_px, side_px * 3 // 4
    picture = rng.normal(30 + 8 * (looks // 4 % 4), 6, (rows, columns))
    bones = 1 + looks % 4
    width = max(4, columns // (2 * bones + 1))
    for bone in range(bones):
        left = round((bone + 0.5) * columns / bones - width / 2)
        picture[rows // 16 : -rows // 16, left : left + width] += 130
    gap = max(3, rows // 10)
    top = int(rng.integers(rows // 4, rows * 3 // 4 - gap))
    left = round((int(rng.integers(bones)) + 0.5) * columns / bones - width / 2)
    if broken:
        picture[top : top + gap, left : left + width] = 20
        picture[[top, top + gap - 1], left : left + width] = 250
    box = (float(left), float(top), float(left + width), float(top + gap))
    return DrawnBone(np.clip(picture, 1, 254).astype(np.uint8), broken, region, box)


def save_png(bone: DrawnBone, path: Path) -> None:
    _save(bone.pixels, path)


def save_jpeg(bone: DrawnBone, path: Path) -> None:
    _save(bone.pixels, path)


def save_png16(bone: DrawnBone, path: Path) -> None:
    """Write sixteen bits, of which a reader that takes the upper or the lower eight would see little."""
    _save(bone.pixels.astype(np.uint16) * 16 + 1000, path)


def save_dicom(bone: DrawnBone, path: Path, *, inverted: bool) -> None:
    """Write a CR of the lumbar spine, in twelve bits; inverted is MONOCHROME1."""
    rows, columns = bone.pixels.shape
    photometric_interpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
    seed = zlib.crc32(path.name.encode())
    spec = PhantomSpec("hand", bone.broken, rows, columns, seed, None, 12, photometric_interpretation)
    stored = bone.pixels.astype(np.uint16) * 16
    pixels = 4095 - stored if inverted else stored
    ds = make_dataset(Phantom(pixels, spec, (), "HAND", 0.5, ("L", "F")), identity=NOBODY)
    ds.BodyPartExamined = "LSPINE"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_part10(path, ds)


def _save(pixels: npt.NDArray[np.generic], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), pixels):
        raise OSError(f"{path} cannot be written")
