"""Negatives put together from real radiographs: chests of two shoulders, and pictures ruined beyond reading."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from inference.training.fracatlas import REGIONS, Example
from inference.training.negatives.canvas import Canvas

#: The third of a shoulder picture that has the trunk is tissue for at least this share of its pixels.
TRUNK_SHARE, TISSUE_GREY = 0.75, 64
_SHOULDER, _HIP = REGIONS.index("shoulder"), REGIONS.index("hip")


@dataclass(frozen=True, slots=True)
class Sources:
    """Canvases of radiographs (side, side) uint8: those of shoulders alone, and those of any region."""

    shoulders: tuple[np.ndarray, ...]
    all: tuple[np.ndarray, ...]

    def __bool__(self) -> bool:
        return bool(self.shoulders and self.all)


def choose_sources(radiographs: Sequence[Example]) -> Sources:
    """Return the pictures that composites are made from; both groups are empty where no shoulder is among them.

    A shoulder whose trunk cannot be told apart from the air beside it is left out, lest arms become negatives.
    """
    shoulders = tuple(
        each.pixels
        for each in radiographs
        if each.regions[_SHOULDER] and not each.regions[_HIP] and _shows_trunk(crop_black(each.pixels))
    )
    return Sources(shoulders, tuple(each.pixels for each in radiographs) if shoulders else ())


def compose(rng: np.random.Generator, sources: Sources) -> tuple[str, Canvas]:
    """Return the name of what was put together, and its pixels in 0..1."""
    name, group, make = _RECIPES[int(rng.choice(len(_RECIPES), p=_SHARES))]
    pictures = sources.shoulders if group == "shoulders" else sources.all
    picture = crop_black(pictures[int(rng.integers(len(pictures)))])
    return name, np.asarray(make(rng, picture) / 255, dtype=np.float32)


def crop_black(picture: np.ndarray) -> np.ndarray:
    """Return the picture without the letterbox's black bars; a picture that is black throughout stays whole."""
    rows, columns = np.flatnonzero(picture.max(axis=1) > 8), np.flatnonzero(picture.max(axis=0) > 8)
    if not len(rows):
        return picture
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _shows_trunk(picture: np.ndarray) -> bool:
    """Return whether one side of the picture is dense from top to bottom, as a trunk is."""
    third = max(1, picture.shape[1] // 3)
    densest = max((picture[:, :third], picture[:, -third:]), key=lambda side: float(side.mean()))
    return float((densest > TISSUE_GREY).mean()) >= TRUNK_SHARE


def mirror_trunk(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Return the trunk of a shoulder picture beside its mirror image: two lungs, and little or nothing of the arms.

    The trunk lies on the brighter side, since it absorbs most.
    """
    if picture[:, : picture.shape[1] // 3].mean() < picture[:, -(picture.shape[1] // 3) :].mean():
        picture = picture[:, ::-1]
    trunk = picture[int(rng.uniform(0, 0.1) * picture.shape[0]) : int(rng.uniform(0.65, 1.0) * picture.shape[0])]
    trunk = trunk[:, : int(rng.uniform(0.35, 0.55) * trunk.shape[1])]
    trunk = trunk[:, int(rng.uniform(0, 0.15) * trunk.shape[1]) :]
    other = np.clip(trunk[:, ::-1] * rng.uniform(0.85, 1.15), 0, 255).astype(np.uint8)
    return np.hstack([other, trunk])


def scramble_tiles(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Return the picture cut into tiles, which are put back in any order: the parts are right, the whole is not."""
    count = int(rng.integers(5, 12))
    side = count * max(8, min(picture.shape) // count)
    tiles = cv2.resize(picture, (side, side)).reshape(count, side // count, count, side // count).swapaxes(1, 2)
    shuffled = rng.permutation(tiles.reshape(count * count, side // count, side // count))
    return np.asarray(shuffled.reshape(count, count, side // count, side // count).swapaxes(1, 2).reshape(side, side))


def shift_lines(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    """Return the picture with rows rolled by a walk, as a file with a wrong row length is shown."""
    step = float(rng.uniform(0.2, 3)) * float(rng.choice([-1, 1]))
    shifts = (np.arange(len(picture)) * picture.shape[1] * step).astype(int)
    return np.stack([np.roll(row, shift % picture.shape[1]) for row, shift in zip(picture, shifts, strict=True)])


Compose = Callable[[np.random.Generator, np.ndarray], np.ndarray]
_RECIPES: tuple[tuple[str, str, Compose], ...] = (
    ("mirrored-trunk", "shoulders", mirror_trunk),
    ("scrambled", "all", scramble_tiles),
    ("shifted-lines", "all", shift_lines),
)
_SHARES = (0.6, 0.25, 0.15)
