"""Where a model looked in one image: a number for every cell of its map, and how the cells lie on the stored image.

It is small, a few thousand cells, and is kept as it came from the model: whoever draws it spreads it over a picture.
"""

import base64
import json
import math
import struct
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class EvidenceMap:
    """The evidence for a fracture, cell by cell.

    Attributes:
        sop_instance_uid: of the image that it belongs to, and of no other.
        model: name of the member whose map it is.
        method: what made the map, in the words that stand beside it; ASCII.
        rows, columns: cells down and across.
        cells: `rows` * `columns` float32, little endian, row by row, each in 0..1.
        left_px, top_px: the outer corner of the first cell in pixels of the stored image (see domain.finding); below 0
            where the map reaches beyond the image.
        cell_width_px, cell_height_px: of one cell, in pixels of the stored image.
    """

    sop_instance_uid: str
    model: str
    method: str
    rows: int
    columns: int
    cells: bytes
    left_px: float
    top_px: float
    cell_width_px: float
    cell_height_px: float

    def __post_init__(self) -> None:
        words = self.model + self.method
        if not (words.isascii() and words.isprintable() and "\\" not in words and self.model and self.method):
            raise ValueError("model and method of a map are printable ASCII without backslash")
        if min(self.rows, self.columns) < 1 or len(self.cells) != 4 * self.rows * self.columns:
            raise ValueError("a map has a value for every cell")
        if not (min(self.cell_width_px, self.cell_height_px) > 0 and all(map(math.isfinite, self._place))):
            raise ValueError("the cells of a map have a size and a place")
        if not all(0.0 <= value <= 1.0 for value in struct.unpack(f"<{self.rows * self.columns}f", self.cells)):
            raise ValueError("the values of a map lie in 0..1")

    @property
    def _place(self) -> tuple[float, float, float, float]:
        return self.left_px, self.top_px, self.cell_width_px, self.cell_height_px

    def encode(self) -> bytes:
        """Return the map as JSON, its cells in base64."""
        values: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        return json.dumps(values | {"cells": base64.b64encode(self.cells).decode("ascii")}).encode("ascii")

    @classmethod
    def decode(cls, encoded: bytes) -> "EvidenceMap":
        """Return the map that `encode` wrote. Raises ValueError where it is none."""
        try:
            values = json.loads(encoded)
            return cls(**values | {"cells": base64.b64decode(values["cells"], validate=True)})
        except (KeyError, TypeError) as error:
            raise ValueError("this is no map") from error
