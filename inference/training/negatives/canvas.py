"""The drawing board of the negatives: soft shapes and noise on float32 pictures in 0..1."""

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

Canvas = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]
#: Polygons are drawn with this many bits of a pixel's fraction.
_FRACTION_BITS = 4


def smooth(image: Canvas, sigma_px: float) -> Canvas:
    """Return a Gaussian blur; a sigma below a tenth of a pixel leaves the picture as it is."""
    return image if sigma_px < 0.1 else cast(Canvas, cv2.GaussianBlur(image, (0, 0), sigma_px))


def rescale(image: npt.NDArray[np.floating]) -> Canvas:
    """Return the picture with its least and greatest value mapped to 0 and 1."""
    low, high = float(image.min()), float(image.max())
    return np.asarray((image - low) / max(high - low, 1e-6), dtype=np.float32)


def cloud(rng: np.random.Generator, shape: tuple[int, int], slope: float) -> Canvas:
    """Return noise whose amplitude falls with frequency to the power of `slope`: 0 is white, 1 pink, 2 is clouds."""
    rows, columns = shape
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    frequency[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.standard_normal(shape)) / frequency**slope
    spectrum[0, 0] = 0.0
    return rescale(np.fft.irfft2(spectrum, s=shape))


def gradient(rng: np.random.Generator, shape: tuple[int, int]) -> Canvas:
    """Return a ramp from 0 to 1 in a random direction."""
    angle = rng.uniform(0, 2 * np.pi)
    down, across = np.linspace(-1, 1, shape[0])[:, None], np.linspace(-1, 1, shape[1])[None, :]
    return rescale(np.cos(angle) * across + np.sin(angle) * down)


def grain(image: Canvas, rng: np.random.Generator, most: float) -> Canvas:
    """Return the picture with noise of a standard deviation up to `most`, of one to three pixels' width."""
    noise = smooth(rng.standard_normal(image.shape, dtype=np.float32), float(rng.uniform(0, 1.2)))
    return np.asarray(image + noise * (rng.uniform(0, most) / max(float(noise.std()), 1e-6)), dtype=np.float32)


def mask_of(points: npt.ArrayLike, shape: tuple[int, int], sigma_px: float = 0.0) -> Canvas:
    """Return 1 inside a closed outline and 0 outside, its edge softened.

    Args:
        points: (N, 2) x and y as shares of the columns and rows.
    """
    scaled = np.asarray(points, dtype=np.float64) * np.array([shape[1], shape[0]]) * 2**_FRACTION_BITS
    mask = np.zeros(shape, dtype=np.uint8)
    cv2.fillPoly(mask, [np.rint(scaled).astype(np.int32)], 255, cv2.LINE_AA, _FRACTION_BITS)
    return smooth(np.divide(mask, 255, dtype=np.float32), sigma_px)


def ellipse_points(centre: tuple[float, float], radii: tuple[float, float], angle: float = 0.0) -> Points:
    """Return the outline of an ellipse; the angle in radians turns it clockwise on the picture."""
    around = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    x, y = radii[0] * np.cos(around), radii[1] * np.sin(around)
    turned = np.column_stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)])
    return np.asarray(turned + np.array(centre), dtype=np.float64)


def wobble(points: Points, rng: np.random.Generator, amount: float) -> Points:
    """Return an outline with slow bulges and dents of about `amount`, so that no two organs are alike."""
    around = np.linspace(0, 2 * np.pi, len(points), endpoint=False)
    centre = points.mean(axis=0)
    bulge = sum(
        rng.normal(0, amount / order) * np.cos(order * around + rng.uniform(0, 2 * np.pi)) for order in (2, 3, 4, 5)
    )
    return np.asarray(centre + (points - centre) * (1 + np.asarray(bulge))[:, None], dtype=np.float64)


def stroke(image: Canvas, points: npt.ArrayLike, width_px: float, value: float) -> None:
    """Draw an open line through points (x, y as shares of the picture) onto the picture."""
    scaled = np.asarray(points, dtype=np.float64) * np.array([image.shape[1], image.shape[0]])
    mask = np.zeros(image.shape, dtype=np.uint8)
    cv2.polylines(mask, [np.rint(scaled).astype(np.int32)], False, 255, max(1, round(width_px)), cv2.LINE_AA)
    cover(image, mask, value)


def write(
    image: Canvas, words: str, left_bottom_px: tuple[int, int], font: int, size: float, width_px: int = 1
) -> None:
    """Write words in white onto the picture."""
    mask = np.zeros(image.shape, dtype=np.uint8)
    cv2.putText(mask, words, left_bottom_px, font, size, 255, width_px, cv2.LINE_AA)
    cover(image, mask, 1.0)


def cover(image: Canvas, mask: npt.NDArray[np.uint8], value: float) -> None:
    """Paint the picture with one grey where the mask (0..255) is, in place: OpenCV smooths edges of bytes only."""
    share = np.divide(mask, 255, dtype=np.float32)
    image += share * (np.float32(value) - image)
