"""Pictures for a browser: captures as they were sent, and images as they were read, with the boxes of the models.

Nothing is turned or mirrored: a row of the stored image is a row here, and bone is bright, as the reading kept it.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Final

import pydicom
from PIL import Image, ImageDraw, ImageOps

from domain.finding import Box, FractureState

#: Longest side of a small picture, and of a large one, in pixels.
SMALL_PX, LARGE_PX = 480, 1600
#: More than an evidence picture or a capture of ours has: a file that claims more is none of ours.
_MOST_PIXELS: Final = 40_000_000
#: Okabe and Ito's vermilion and yellow: told apart by every eye, and seen on grey.
_COLOURS: Final = {FractureState.PRESENT: (213, 94, 0), FractureState.DOUBT: (240, 228, 66)}
_CACHE_BYTES: Final = 24 * 1024 * 1024


def draw_image(path: Path, boxes: Sequence[Box], state: FractureState, rows: int, columns: int, side_px: int) -> bytes:
    """Return a displayed image with boxes, as JPEG of at most `side_px` a side.

    Args:
        path: the grey PNG of the image as it was read.
        boxes: in pixels of the stored image, which has `rows` and `columns`.
        state: of the image: what is present is drawn in full, a doubt dashed.
        side_px: longest side.
    """
    with Image.open(path) as opened:
        _require_size(opened)
        opened.draft("L", (side_px, side_px))
        grey = opened.convert("L")
    grey.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    picture = grey.convert("RGB")
    draw = ImageDraw.Draw(picture)
    across, down = picture.width / max(1, columns), picture.height / max(1, rows)
    width = max(3, round(max(picture.size) / 200))
    for box in boxes:
        corners = (box.x_min_px * across, box.y_min_px * down, box.x_max_px * across, box.y_max_px * down)
        _outline(draw, corners, _COLOURS[state], width, dashed=state is FractureState.DOUBT)
    return _jpeg(picture)


def draw_capture(path: Path, side_px: int) -> bytes:
    """Return a secondary capture of ours as PNG, its pixels as they are but for its size."""
    ds = pydicom.dcmread(path)
    size = int(ds.Columns), int(ds.Rows)
    if size[0] * size[1] > _MOST_PIXELS:
        raise ValueError("the capture is too large to be shown")
    is_colour = int(ds.get("SamplesPerPixel", 1)) == 3
    # Ours are not compressed and have 8 bits (PS3.3 C.7.6.3): the bytes are the picture.
    picture = Image.frombytes(
        "RGB" if is_colour else "L", size, ds.PixelData[: size[0] * size[1] * (1 + 2 * is_colour)]
    )
    if str(ds.PhotometricInterpretation) == "MONOCHROME1":
        picture = ImageOps.invert(picture)
    picture.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


class PictureCache:
    """The last pictures that were asked for, up to a number of bytes; one is drawn at a time. Safe for threads."""

    def __init__(self, most_bytes: int = _CACHE_BYTES) -> None:
        self._most_bytes, self._held_bytes = most_bytes, 0
        self._pictures: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._lock, self._drawing = Lock(), Lock()

    def get(self, key: tuple[object, ...], draw: Callable[[], bytes]) -> bytes:
        """Return a picture, drawn where it is not here."""
        found = self._find(key)
        if found is not None:
            return found
        with self._drawing:
            found = self._find(key)
            if found is None:
                found = draw()
                self._keep(key, found)
        return found

    def _find(self, key: tuple[object, ...]) -> bytes | None:
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
            return self._pictures.get(key)

    def _keep(self, key: tuple[object, ...], picture: bytes) -> None:
        with self._lock:
            self._pictures[key] = picture
            self._held_bytes += len(picture)
            while self._held_bytes > self._most_bytes and self._pictures:
                _oldest, dropped = self._pictures.popitem(last=False)
                self._held_bytes -= len(dropped)


def _require_size(picture: Image.Image) -> None:
    if picture.width * picture.height > _MOST_PIXELS:
        raise ValueError("the picture is too large to be shown")


def _outline(
    draw: ImageDraw.ImageDraw,
    corners: tuple[float, float, float, float],
    colour: tuple[int, int, int],
    width: int,
    *,
    dashed: bool,
) -> None:
    """Draw a rectangle with a dark rim, so that it is seen on bone and on air."""
    if not dashed:
        draw.rectangle(_grow(corners, width + 1), outline=(0, 0, 0), width=width + 2)
        draw.rectangle(_grow(corners, width), outline=colour, width=width)
        return
    left, top, right, bottom = corners
    for start, end in (((left, top), (right, top)), ((right, top), (right, bottom))):
        _dash(draw, start, end, colour, width)
    for start, end in (((right, bottom), (left, bottom)), ((left, bottom), (left, top))):
        _dash(draw, start, end, colour, width)


def _grow(corners: tuple[float, float, float, float], by: int) -> tuple[float, float, float, float]:
    """Return a rectangle that leaves the inside of this one free."""
    return corners[0] - by, corners[1] - by, corners[2] + by, corners[3] + by


def _dash(
    draw: ImageDraw.ImageDraw,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    step = max(1, 3 * width)
    for number in range(0, int(length // step) + 1, 2):
        begin, stop = number * step / max(length, 1), min(1.0, (number + 1) * step / max(length, 1))
        line = [start[axis] + (end[axis] - start[axis]) * at for at in (begin, stop) for axis in (0, 1)]
        draw.line(line, fill=colour, width=width)


def _jpeg(picture: Image.Image) -> bytes:
    written = BytesIO()
    picture.save(written, "JPEG", quality=88, subsampling=0)  # a thin line keeps its colour
    return written.getvalue()
