"""FracAtlas (doi:10.1038/s41597-023-02432-4, CC BY 4.0): `manifest.csv` beside a folder `images/`.

Columns used: image_id, split (train, val or test), fractured, boxes_xyxy_norm, hand, leg, hip, shoulder.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from domain.finding import Corners
from inference.preprocess import darken_border, letterbox, stretch_contrast

REGIONS = ("hand", "leg", "hip", "shoulder")
_BOXES = "boxes_xyxy_norm"

Split = Literal["train", "val", "test"]
NormalisedBox = tuple[float, float, float, float]

#: A row of manifest.csv by its columns.
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """What the authors say of one image."""

    row: Row

    @property
    def fractured(self) -> bool:
        """Whether the authors' label is fractured."""
        return self.row["fractured"] == "1"

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of the authors' labels; several where the image shows several."""
        return tuple(region for region in REGIONS if self.row[region] == "1")

    @property
    def unit_boxes(self) -> list[NormalisedBox]:
        """The authors' boxes in 0..1 of the picture."""
        return [(x_min, y_min, x_max, y_max) for x_min, y_min, x_max, y_max in json.loads(self.row[_BOXES] or "[]")]

    def boxes_px(self, rows: int, columns: int) -> list[Corners]:
        """Return the authors' boxes in pixels of a picture of that size."""
        return [(x0 * columns, y0 * rows, x1 * columns, y1 * rows) for x0, y0, x1, y1 in self.unit_boxes]


@dataclass(frozen=True, slots=True)
class Example:
    """One radiograph with its labels.

    Attributes:
        pixels: (side, side) uint8, letterboxed as the models see it, bone bright.
        boxes: x_min, y_min, x_max, y_max in 0..1 of the canvas.
        regions: one flag per entry of REGIONS; several where the image shows several.
    """

    name: str
    pixels: npt.NDArray[np.uint8]
    fractured: bool
    boxes: tuple[NormalisedBox, ...]
    regions: tuple[bool, ...]


def load_split(folder: Path, split: Split, side_px: int) -> list[Example]:
    """Return the examples of one split, in the order of the manifest.

    Raises:
        FileNotFoundError: the folder has no manifest.csv, or an image that it names is missing.
    """
    return [_load(folder, LabelledRow(row), side_px) for row in read_rows(folder, split)]


def read_rows(folder: Path, split: Split) -> list[Row]:
    """Return the rows of one split, in the order of the manifest.

    Raises:
        FileNotFoundError: the folder has no manifest.csv.
    """
    return [row for row in _read_manifest(folder) if row["split"] == split]


def list_splits(folder: Path) -> list[str]:
    """Return the names of the splits that a manifest has; raises as `read_rows`."""
    return sorted({row["split"] for row in _read_manifest(folder)})


def _read_manifest(folder: Path) -> list[Row]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def to_canvas(
    pixels: npt.NDArray[np.generic], boxes: list[NormalisedBox], side_px: int
) -> tuple[npt.NDArray[np.uint8], tuple[NormalisedBox, ...]]:
    """Letterbox a picture as serving does, and take its boxes (0..1 of the picture) to 0..1 of the canvas."""
    canvas, geometry = letterbox(darken_border(stretch_contrast(pixels)), side_px)
    rows, columns = pixels.shape

    def to_unit(box: NormalisedBox) -> NormalisedBox:
        x_min, y_min = geometry.to_canvas(box[0] * columns, box[1] * rows)
        x_max, y_max = geometry.to_canvas(box[2] * columns, box[3] * rows)
        return x_min / side_px, y_min / side_px, x_max / side_px, y_max / side_px

    return np.rint(canvas * 255).astype(np.uint8), tuple(to_unit(box) for box in boxes)


def _load(folder: Path, labels: LabelledRow, side_px: int) -> Example:
    name = labels.row["image_id"]
    path = folder / "images" / name
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise FileNotFoundError(f"{path} is missing or no image")
    pixels, boxes = to_canvas(picture, labels.unit_boxes, side_px)
    return Example(name, pixels, labels.fractured, boxes, tuple(region in labels.regions for region in REGIONS))
