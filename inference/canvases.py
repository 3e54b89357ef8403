"""From one displayed radiograph to the tensors that models take, each step done once however many models ask."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from inference.grey_image import GreyImage
from inference.preprocess import (
    Image,
    Letterbox,
    clahe,
    darken_border,
    gaussian,
    letterbox,
    stretch_contrast,
    stretch_greys,
    stretch_to_square,
)
from inference.zoo.manifest import InputContract, Range

Batch = npt.NDArray[np.float32]

#: The steps of a manifest that keep an image's shape, and those that make the canvas.
TONES: Mapping[str, Callable[[Image], Image]] = {
    "stretch_contrast": stretch_contrast,
    "darken_border": darken_border,
    "clahe": clahe,
    "gaussian": gaussian,
}
#: Those that take one grey to one grey, on an image that is still a table.
TABLE_TONES: Mapping[str, Callable[[GreyImage], GreyImage]] = {"stretch_contrast": stretch_greys}
FITS: Mapping[str, Callable[[Image, int], tuple[Image, Letterbox]]] = {
    "letterbox": letterbox,
    "stretch": stretch_to_square,
}
#: Scale, then means and deviations of red, green and blue that are taken off; `0..1` is what canvases are in.
_SCALES: Mapping[Range, tuple[float, tuple[float, ...], tuple[float, ...]]] = {
    "-1..1": (2.0, (1.0,) * 3, (1.0,) * 3),
    "0..255": (255.0, (0.0,) * 3, (1.0,) * 3),
    "imagenet-caffe": (255.0, (123.68, 116.779, 103.939), (1.0,) * 3),
    "imagenet-torch": (1.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


class Canvases:
    """The canvases of one image, bone bright: (rows, columns) float32 in 0..1, or what shows these greys."""

    def __init__(self, image: Image | GreyImage) -> None:
        self._images: dict[tuple[str, ...], Image | GreyImage] = {(): image}
        self._canvases: dict[tuple[tuple[str, ...], int], tuple[Image, Letterbox]] = {}

    def make(self, contract: InputContract) -> tuple[Batch, Letterbox]:
        """Return the batch of `contract.shape`, one entry a flip, and how the image lies on its canvas."""
        canvas, geometry = self._fit(contract.preprocess, contract.side_px)
        flips = [canvas if flip == "none" else canvas[:, ::-1] for flip in contract.flips]
        return to_tensor(np.stack(flips), contract), geometry

    def finest(self) -> tuple[Image, Letterbox] | None:
        """Return the largest canvas that was made so far, and how the image lies on it."""
        return max(self._canvases.values(), key=lambda made: made[0].shape[0], default=None)

    def _fit(self, steps: tuple[str, ...], side_px: int) -> tuple[Image, Letterbox]:
        if (steps, side_px) not in self._canvases:
            tones = steps[:-1]
            self._images[tones] = pixels = _pixels(self._after(tones))
            self._canvases[steps, side_px] = FITS[steps[-1]](pixels, side_px)
        return self._canvases[steps, side_px]

    def _after(self, steps: tuple[str, ...]) -> Image | GreyImage:
        if steps not in self._images:
            self._images[steps] = _tone(steps[-1], self._after(steps[:-1]))
        return self._images[steps]


def _tone(step: str, image: Image | GreyImage) -> Image | GreyImage:
    if isinstance(image, GreyImage) and step in TABLE_TONES:
        return TABLE_TONES[step](image)
    return TONES[step](_pixels(image))


def _pixels(image: Image | GreyImage) -> Image:
    return image.pixels() if isinstance(image, GreyImage) else image


def to_tensor(canvases: Batch, contract: InputContract) -> Batch:
    """Return canvases (N, side, side) in 0..1 in the range, the channels and the layout of a contract."""
    count, *shape = canvases.shape
    tensor = np.broadcast_to(canvases[:, None].astype(np.float32, copy=False), (count, contract.channels, *shape))
    if contract.range in _SCALES:
        tensor = _shift(tensor, contract)
    return np.ascontiguousarray(tensor if contract.layout == "nchw" else tensor.transpose(0, 2, 3, 1))


def _shift(tensor: Batch, contract: InputContract) -> Batch:
    scale, means, deviations = _SCALES[contract.range]
    order = slice(None) if contract.channel_order == "rgb" else slice(None, None, -1)
    mean = np.array(means[: contract.channels][order], dtype=np.float32)[None, :, None, None]
    deviation = np.array(deviations[: contract.channels][order], dtype=np.float32)[None, :, None, None]
    return np.asarray((tensor * np.float32(scale) - mean) / deviation, dtype=np.float32)
