"""What an image is like, measured on what the reader has of it anyway: header, displayed greys, canvas and distance.

The greys are those of the display before any model's preprocessing, every n-th pixel of them: some 50,000 tell as much
as five million. A linear change of contrast moves `contrast` alone and an exchange of black and white `brightness`
alone, so that what fires says what has changed.
"""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from domain.image_measures import DIGITS, ImageMeasures
from inference.grey_image import GreyImage
from inference.grey_levels import is_inverted
from inference.header import Header
from inference.preprocess import STRETCH_PERCENTILES, Image, Letterbox

#: The long side of the sample of greys at most, and at least half of it where the image is as large.
SAMPLE_SIDE_PX: Final = 256
CONTRAST_PERCENTILES: Final = (1.0, 99.0)
#: Share of the range between the darkest and the brightest pixel, at each end.
CLIPPED_RANGE: Final = 0.005
ENTROPY_BINS: Final = 32
#: Enough that every percentile above is known to a thousandth of the range.
_BINS: Final = 1000


def measure_image(
    image: GreyImage, header: Header, canvas: tuple[Image, Letterbox] | None, distance: float | None
) -> ImageMeasures:
    """Return the measures of an image that was developed.

    Args:
        canvas: the finest one that models were given, and how the image lies on it.
        distance: by its limit, where a model measures it.
    """
    found: dict[str, float | None] = {
        "matrix_px": float(max(header.rows, header.columns)),
        "field_mm": max(header.rows * header.row_pitch_mm, header.columns * header.column_pitch_mm) or None,
        "inverted": float(is_inverted(header)),
        "sharpness": None if canvas is None else measure_sharpness(inner_half(*canvas)),
        "distance": distance,
    }
    found |= measure_greys(_sample(image))
    rounded = {name: None if value is None else round(value, DIGITS[name]) for name, value in found.items()}
    return ImageMeasures(**rounded)


def measure_greys(sample: Image) -> dict[str, float | None]:
    """Return the measures of a histogram; of a flat sample nothing but its contrast, which is 0."""
    low, high, _, _ = cv2.minMaxLoc(sample)
    if high <= low:
        return {"contrast": 0.0}
    # The upper end of OpenCV's range is outside of it: the brightest pixel is to be counted too.
    beyond = high + (high - low) / (100 * _BINS)
    counts = np.asarray(cv2.calcHist([sample], [0], None, [_BINS], [low, beyond]), dtype=np.float64).ravel()
    shares = counts / counts.sum()
    centres = low + (np.arange(_BINS) + 0.5) * (high - low) / _BINS
    reached = np.searchsorted(np.cumsum(shares), np.array((*CONTRAST_PERCENTILES, *STRETCH_PERCENTILES)) / 100)
    dark, bright, black, white = centres[np.minimum(reached, _BINS - 1)]
    stretched = np.clip((centres - black) / max(white - black, 1e-6), 0.0, 1.0)
    edge = round(CLIPPED_RANGE * _BINS)
    return {
        "contrast": float(bright - dark),
        "brightness": float(shares @ stretched),
        "entropy_bits": _entropy(shares, stretched),
        "clipped": float(shares[:edge].sum() + shares[-edge:].sum()),
    }


def measure_sharpness(image: Image) -> float | None:
    """Return the sharpness of greys (rows, columns); None where they are flat or fewer than three in a line.

    The variance of the Laplacian tells images in focus from others (Pech-Pacheco et al., ICPR 2000); by the variance of
    the grey it does not depend on the contrast.
    """
    if min(image.shape) < 3:
        return None
    # Without the outermost line, whose neighbours are made up.
    laplacian = cv2.Laplacian(np.ascontiguousarray(image), cv2.CV_32F)[1:-1, 1:-1]
    of_laplacian, of_grey = (float(cv2.meanStdDev(each)[1][0, 0]) ** 2 for each in (laplacian, image))
    return float(np.log10(of_laplacian / of_grey)) if of_laplacian > 0 and of_grey > 0 else None


def inner_half(canvas: Image, letterbox: Letterbox) -> Image:
    """Return the middle of what lies on a canvas, half as high and half as wide: no border and no padding is there."""
    height, width = canvas.shape[0] - 2 * letterbox.top_px, canvas.shape[1] - 2 * letterbox.left_px
    top, left = letterbox.top_px + height // 4, letterbox.left_px + width // 4
    return canvas[top : top + height // 2, left : left + width // 2]


def _sample(image: GreyImage) -> Image:
    return image.thinned(-(-max(image.stored.shape) // SAMPLE_SIDE_PX)).pixels()


def _entropy(shares: npt.NDArray[np.float64], stretched: npt.NDArray[np.float64]) -> float:
    """Return the entropy in bits of the greys in ENTROPY_BINS."""
    bins = np.minimum((stretched * ENTROPY_BINS).astype(np.int64), ENTROPY_BINS - 1)
    filled = np.bincount(bins, weights=shares, minlength=ENTROPY_BINS)
    filled = filled[filled > 0]
    return float(-(filled * np.log2(filled)).sum())
