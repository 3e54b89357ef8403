"""The boxes that an exported graph finds on canvases, decoded as the node decodes them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from domain.finding import Corners
from inference.training.datasets.labelled import LabelledImage
from inference.training.yolo.class_boxes import ClassBoxes, Scored
from inference.training.yolo.export import OUTPUT, compile_graph
from inference.training.yolo.recipe import INPUT
from inference.yolo_boxes import decode_yolo

#: Scores below it are not looked at: they are the tail of a precision-recall curve.
FLOOR = 0.01

Canvases = npt.NDArray[np.float32]


def find_boxes(graph: Path, images: Sequence[LabelledImage], classes: Sequence[str]) -> list[ClassBoxes]:
    """Run a graph on canvases, and return what it finds of each class, in the order of the classes.

    Args:
        images: canvases, their boxes in canvas pixels.
    """
    compiled = compile_graph(graph)
    outputs = (compiled({INPUT: read_canvases([image])})[OUTPUT][0] for image in images)
    found = [_decode(output, len(classes)) for output in outputs]
    return [
        ClassBoxes(label, [each[number] for each in found], [_truth(image, label) for image in images])
        for number, label in enumerate(classes)
    ]


def read_canvases(images: Iterable[LabelledImage]) -> Canvases:
    """Return canvases as (N, 3, side, side) float32 in 0..1, grey in each channel.

    Raises:
        ValueError: one is missing.
    """
    return np.repeat(np.stack([_read_canvas(image.path) for image in images])[:, None], 3, axis=1)


def _decode(output: Canvases, classes: int) -> list[list[Scored]]:
    each: list[list[Scored]] = [[] for _ in range(classes)]
    for (x_min, y_min, x_max, y_max), score, number in zip(*decode_yolo(output, FLOOR), strict=True):
        each[int(number)].append((float(score), (float(x_min), float(y_min), float(x_max), float(y_max))))
    return each


def _truth(image: LabelledImage, label: str) -> list[Corners]:
    return [(box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px) for box in image.boxes if box.label == label]


def _read_canvas(path: Path) -> Canvases:
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise ValueError(f"{path} is missing or no image")
    return pixels.astype(np.float32) / np.float32(255)
