"""The steps between a displayed radiograph and a model's input, the same in training and in serving.

Images are float32 arrays of shape (rows, columns) in 0..1, bone bright. Geometry keeps its inverse, so that what a
model finds is told in pixels of the stored image.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.area import shrink
from inference.grey_image import GreyImage

Image = npt.NDArray[np.float32]

#: Percentiles that become 0 and 1: a marker or a collimator edge must not set the contrast of the bone.
STRETCH_PERCENTILES = (0.5, 99.8)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How an image was placed on a square canvas: canvas = stored * scale + offset, in pixels, corner based."""

    scale_x: float
    scale_y: float
    left_px: int
    top_px: int

    def to_stored(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return the stored-image point of a canvas point."""
        return (x_px - self.left_px) / self.scale_x, (y_px - self.top_px) / self.scale_y

    def to_canvas(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return the canvas point of a stored-image point."""
        return x_px * self.scale_x + self.left_px, y_px * self.scale_y + self.top_px


def stretch_contrast(image: npt.NDArray[np.generic]) -> Image:
    """Return the image as float32 with `STRETCH_PERCENTILES` mapped to 0 and 1, clipped; all 0 where it is flat."""
    values = np.asarray(image, dtype=np.float32)
    step = _sampling_step(values.size)
    return _stretch(values, values[::step, ::step])


def stretch_greys(image: GreyImage) -> GreyImage:
    """Return what `stretch_contrast` makes of the image's pixels, to the last bit."""
    sample = image.thinned(_sampling_step(image.stored.size)).pixels()
    return image.through(lambda greys: _stretch(greys, sample))


def _sampling_step(pixels: int) -> int:
    # Every fourth pixel is enough for two percentiles and sixteen times quicker on a large detector.
    return 4 if pixels > 1_000_000 else 1


def _stretch(greys: Image, sample: Image) -> Image:
    low, high = np.percentile(sample, STRETCH_PERCENTILES)
    if high <= low:
        return np.zeros_like(greys)
    # In place: on a large detector new memory costs more than the arithmetic.
    stretched = np.subtract(greys, np.float32(low))
    np.divide(stretched, np.float32(high - low), out=stretched)
    return np.clip(stretched, 0.0, 1.0, out=stretched)


#: A line at an edge is border when this share of it is at least BORDER_GREY: outside the collimation nothing is
#: exposed, and a negative that was turned positive shows that as white.
BORDER_SHARE, BORDER_GREY = 0.75, 0.85
#: Most radiographs have no border: few lines tell, and the others need not be looked at.
_LINES_AT_ONCE = 16


def darken_border(image: Image) -> Image:
    """Return the image with white borders outside the collimation made black; geometry and all else stay as they are.

    Lines are followed inwards from each edge, at most to the middle, while they are border; so bone that reaches the
    edge stays, because no line of it is white from end to end.
    """
    # Columns first: rows are then judged without them, or a corner would hide the rows between two side borders.
    left, right = _count_border(image.T), _count_border(image.T[::-1])
    within = image[:, left : image.shape[1] - right]
    top, bottom = _count_border(within), _count_border(within[::-1])
    if not (left or right or top or bottom):
        return image
    darkened = np.zeros_like(image)
    inside = (slice(top, image.shape[0] - bottom), slice(left, image.shape[1] - right))
    darkened[inside] = image[inside]
    return darkened


def _count_border(lines: Image) -> int:
    """Return how many lines from the first are border, 0 when they reach the middle: that is no border."""
    half = len(lines) // 2
    for start in range(0, half, _LINES_AT_ONCE):
        bright = lines[start : min(start + _LINES_AT_ONCE, half)] >= BORDER_GREY
        inside = np.flatnonzero(np.count_nonzero(bright, axis=1) / lines.shape[1] < BORDER_SHARE)
        if len(inside):
            return start + int(inside[0])
    return 0


def letterbox(image: Image, side_px: int) -> tuple[Image, Letterbox]:
    """Scale the image to fit a square canvas, centred on black, and return the canvas with its geometry.

    Args:
        image: (rows, columns) float32.
        side_px: side of the canvas.

    Returns:
        The canvas, (side_px, side_px) float32, and the Letterbox that tells where everything went.
    """
    rows, columns = image.shape
    scale = side_px / max(rows, columns)
    height, width = max(1, round(rows * scale)), max(1, round(columns * scale))
    # Area averaging when shrinking keeps thin fracture lines that sampling would skip.
    resized = shrink(image, height, width) if scale < 1 else cv2.resize(image, (width, height))
    top, left = (side_px - height) // 2, (side_px - width) // 2
    canvas = np.zeros((side_px, side_px), dtype=np.float32)
    canvas[top : top + height, left : left + width] = resized
    return canvas, Letterbox(width / columns, height / rows, left, top)


def stretch_to_square(image: Image, side_px: int) -> tuple[Image, Letterbox]:
    """Scale both sides of the image to `side_px`, whatever its shape, and return the canvas with its geometry."""
    rows, columns = image.shape
    method = cv2.INTER_AREA if side_px < max(rows, columns) else cv2.INTER_LINEAR
    canvas = np.asarray(cv2.resize(image, (side_px, side_px), interpolation=method), dtype=np.float32)
    return canvas, Letterbox(side_px / columns, side_px / rows, 0, 0)


#: Contrast-limited adaptive histogram equalisation (Zuiderveld 1994): clip limit, and tiles across and down.
CLAHE_CLIP, CLAHE_TILES = 4.0, (8, 8)
#: Side of the Gaussian filter; its sigma follows from it, 1.1 px.
GAUSSIAN_SIDE_PX = 5


def clahe(image: Image) -> Image:
    """Return the image with its contrast equalised tile by tile, in 16 bits so that no grey level is lost."""
    operator = cv2.createCLAHE(CLAHE_CLIP, CLAHE_TILES)
    levels = np.rint(np.clip(image, 0.0, 1.0) * 65535.0).astype(np.uint16)
    return np.asarray(np.divide(operator.apply(levels), 65535.0), dtype=np.float32)


def gaussian(image: Image) -> Image:
    """Return the image under a Gaussian filter of `GAUSSIAN_SIDE_PX`."""
    return np.asarray(cv2.GaussianBlur(image, (GAUSSIAN_SIDE_PX, GAUSSIAN_SIDE_PX), 0), dtype=np.float32)
