"""From the output of a YOLOv8 graph (and of those after it that say boxes the same way) to boxes on the canvas."""

import numpy as np
import numpy.typing as npt

from inference.detection import Boxes, suppress

#: Of each class the best candidates that go into suppression: beyond them a network that has learnt nothing speaks.
MOST_CANDIDATES = 1000


def decode_yolo(
    output: npt.NDArray[np.float32], floor: float
) -> tuple[Boxes, npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Return the boxes of one image, one per place and class, the surest first.

    Args:
        output: (4 + classes, anchors): centre x, centre y, width and height in pixels of the canvas, corner based (the
            middle of the first pixel is 0.5), then a score in 0..1 for each class.
        floor: scores below it are no boxes.

    Returns:
        Boxes (K, 4) as x_min, y_min, x_max, y_max in pixels of the canvas, where they may reach past its edges; their
        scores (K,); the indices of their classes (K,). An anchor may speak for several classes.

    Raises:
        ValueError: the output has another shape.
    """
    if output.ndim != 2 or output.shape[0] < 5:
        raise ValueError(f"a YOLO output is (4 + classes, anchors), not {output.shape}")
    found = [_decode_class(output[:4], scores, floor) for scores in output[4:]]
    corners = np.concatenate([boxes for boxes, _ in found])
    scores = np.concatenate([best for _, best in found])
    classes = np.repeat(np.arange(len(found)), [len(best) for _, best in found])
    order = np.argsort(-scores, kind="stable")
    return corners[order], scores[order], classes[order]


def _decode_class(
    shapes: npt.NDArray[np.float32], scores: npt.NDArray[np.float32], floor: float
) -> tuple[Boxes, npt.NDArray[np.float32]]:
    candidates = np.flatnonzero(scores >= floor)
    candidates = candidates[np.argsort(-scores[candidates], kind="stable")][:MOST_CANDIDATES]
    x, y, width, height = shapes[:, candidates].astype(np.float32)
    corners = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
    kept = suppress(corners, scores[candidates])
    return corners[kept], scores[candidates][kept].astype(np.float32)
