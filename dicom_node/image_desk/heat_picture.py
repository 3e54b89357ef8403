"""Where a model looked, as a small picture to lay over the image: a pixel for each cell, clear where there is nothing.

The colours are those of the heat maps in documents (reporting/captures/heat_picture.py): whoever shows the picture
spreads it over its place, and a browser does that smoothly. It is drawn without what draws documents, so that whoever
shows it need not load that.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.evidence_map import EvidenceMap

#: Colours from the least evidence to the most: the scale of the documents at every 32nd of its 256 steps.
_COLOURS: Final = (
    *((97, 19, 110), (127, 30, 108), (157, 41, 100), (185, 53, 86), (211, 71, 67)),
    *((232, 96, 45), (246, 126, 20), (252, 161, 8), (250, 196, 42)),
)
_LEAST_TOP: Final = 0.1
_FULL_FROM: Final = 0.4
_OPACITY: Final = 0.55
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
#: Bits of a sample, colour type (RGBA), compression, filter and interlace method.
_FORM: Final = (8, 6, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class HeatPicture:
    """A map as a picture, and where it lies.

    Attributes:
        png: RGBA, a pixel for each cell.
        left_px, top_px, width_px, height_px: of its field, in pixels of the stored image.
        model, method: whose map it is, and what made it.
    """

    png: bytes
    left_px: float
    top_px: float
    width_px: float
    height_px: float
    model: str
    method: str


def draw(evidence: EvidenceMap) -> HeatPicture:
    """Return the picture of a map."""
    values = struct.unpack(f"<{evidence.rows * evidence.columns}f", evidence.cells)
    top = max(*values, _LEAST_TOP)
    pixels = [bytes(_colour(value / top)) for value in values]
    lines = (pixels[first : first + evidence.columns] for first in range(0, len(pixels), evidence.columns))
    content = b"".join(b"\0" + b"".join(line) for line in lines)  # each line begins with its filter: 0, none
    return HeatPicture(
        png=_encode(evidence.columns, evidence.rows, content),
        left_px=evidence.left_px,
        top_px=evidence.top_px,
        width_px=evidence.columns * evidence.cell_width_px,
        height_px=evidence.rows * evidence.cell_height_px,
        model=evidence.model,
        method=evidence.method,
    )


def _colour(level: float) -> Iterator[int]:
    """Give red, green, blue and opacity of a level, 0 to 1."""
    place = level * (len(_COLOURS) - 1)
    first = min(int(place), len(_COLOURS) - 2)
    for low, high in zip(_COLOURS[first], _COLOURS[first + 1], strict=True):
        yield round(low + (high - low) * (place - first))
    yield round(255 * _OPACITY * min(1.0, level / _FULL_FROM) ** 1.5)


def _encode(columns: int, rows: int, content: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", columns, rows, *_FORM)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(content)), (b"IEND", b"")
    return b"".join((_SIGNATURE, *(_chunk(*each) for each in chunks)))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", zlib.crc32(kind + content))))
