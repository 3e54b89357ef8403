"""What documents mark, and where a picture of them must show it: read from the documents alone."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class ReportedBox:
    """A box as the report states it: its outline, (column, row), and its certainty in percent."""

    outline: list[tuple[float, float]]
    percent: float


def find_boxes(report: Dataset) -> dict[str, ReportedBox]:
    """Return the box of each measurement group that has one, by the SOP Instance UID of its image."""
    found: dict[str, ReportedBox] = {}
    for item in report.get("ContentSequence", ()):
        found |= find_boxes(item)
        if item.ValueType == "SCOORD" and item.GraphicType == "POLYLINE":
            numbers = list(map(float, item.GraphicData))
            (percent,) = [
                float(each.MeasuredValueSequence[0].NumericValue)
                for each in report.ContentSequence
                if each.ValueType == "NUM"
            ]
            uid = str(item.ContentSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID)
            found[uid] = ReportedBox(list(zip(numbers[::2], numbers[1::2], strict=True)), percent)
    return found


def window(image: Dataset, *, rows: int) -> Picture:
    """Return an image by its own window, bone bright, so many rows high: (rows, columns) uint8."""
    low = float(image.WindowCenter) - float(image.WindowWidth) / 2
    grey = np.clip((image.pixel_array - low) / float(image.WindowWidth), 0, 1) * 255
    grey = 255 - grey if image.PhotometricInterpretation == "MONOCHROME1" else grey
    size = (round(image.Columns * rows / image.Rows), rows)
    return np.asarray(cv2.resize(grey.astype(np.uint8), size, interpolation=cv2.INTER_AREA), np.uint8)


def find_frame(text: Dataset, pane: Picture, scale: float) -> tuple[slice, slice]:
    """Return the rows and columns of a pane that a text of a presentation state stands in."""
    corners = [text.BoundingBoxTopLeftHandCorner, text.BoundingBoxBottomRightHandCorner]
    units = (scale, scale) if text.BoundingBoxAnnotationUnits == "PIXEL" else (pane.shape[1], pane.shape[0])
    (left, top), (right, bottom) = (np.rint(np.multiply(corner, units)).astype(int) for corner in corners)
    return slice(top, bottom), slice(left, right)
