"""The images that an import is tried on: a folder of radiographs, or the project's own drawn ones."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from domain.errors import ConfigError, InputError
from inference.phantom import PhantomSpec, draw_phantom
from inference.picture import is_picture, open_picture
from inference.preprocess import Image, stretch_contrast
from inference.radiograph import develop, open_instance

#: Enough that a wrong weight shows, few enough for a large network on a small machine.
MAX_IMAGES = 24

_SIDE_PX, _SEED = 384, 9000


def draw_images() -> tuple[Image, ...]:
    """Return eight drawn radiographs, two a region, (rows, columns) float32 in 0..1, bone bright."""
    return tuple(
        stretch_contrast(draw_phantom(PhantomSpec(region, fractured, _SIDE_PX, _SIDE_PX, _SEED)).pixels)
        for region in ("hand", "leg", "hip", "shoulder")
        for fractured in (False, True)
    )


def read_images(folder: Path) -> tuple[Image, ...]:
    """Return the first MAX_IMAGES radiographs (DICOM, PNG, JPEG) of a folder, by name, as the reader sees them.

    Raises:
        ConfigError: there is none that can be read.
    """
    images = tuple(islice(_readable(folder), MAX_IMAGES))
    if not images:
        raise ConfigError(("--images: there is no radiograph there that can be read",), subject=str(folder))
    return images


def _readable(folder: Path) -> Iterator[Image]:
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        try:
            yield develop(open_picture(path) if is_picture(path) else open_instance(path)).display
        except InputError:
            continue
