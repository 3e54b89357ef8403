"""The image files of a dataset's folder, without what operating systems leave beside them."""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

#: EXIF Orientation (tag 0x0112): 1 is upright, 5 to 8 lie on their side.
ORIENTATION, UPRIGHT, LYING = 0x0112, 1, frozenset({5, 6, 7, 8})


def list_images(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    """Return the images directly in a folder, in the order of their names; none where there is no folder.

    macOS archives carry a `._image1.png` beside each `image1.png`, which is no image; hidden files are passed over.
    """
    wanted = frozenset(suffixes)
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in wanted and not path.name.startswith("."))


def measure(path: Path) -> tuple[int, int]:
    """Return (rows, columns) of a PNG or JPEG as it is shown, from its header alone.

    Raises:
        ValueError: it is no image that can be opened.
    """
    try:
        with Image.open(path) as image:
            columns, rows = image.size
            lies = image.getexif().get(ORIENTATION, UPRIGHT) in LYING
    except OSError as error:
        raise ValueError(f"{path} is missing or no image") from error
    return (columns, rows) if lies else (rows, columns)


def require_images(paths: Iterable[Path], listed_in: Path, *, tolerated_share: float = 0.0) -> frozenset[Path]:
    """Return those images that a table names and that are there.

    Args:
        tolerated_share: of the images, that may be missing.

    Raises:
        FileNotFoundError: more are missing; says how many, and which is the first.
    """
    named = list(paths)
    absent = [path for path in named if not path.is_file()]
    if len(absent) > tolerated_share * len(named):
        raise FileNotFoundError(
            f"{listed_in} names {len(absent)} images that are not there, the first is {absent[0]}. "
            "Unpack the dataset's archives again, all of them, into the same folder."
        )
    return frozenset(named).difference(absent)
