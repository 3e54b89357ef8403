"""The images of a dataset in memory, each decoded and brought to its canvas once, by the steps that serve."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import numpy as np
import numpy.typing as npt

from inference.canvases import Canvases, to_tensor
from inference.training.datasets.labelled import LabelledImage
from inference.training.datasets.pixels import read_grey
from inference.zoo.manifest import InputContract

Canvas = npt.NDArray[np.uint8]
#: Shows how far something is: what it is and how much of it there is, then a function that counts one more.
ShowProgress = Callable[[str, int], AbstractContextManager[Callable[[], None]]]


def load_canvases(images: Sequence[LabelledImage], contract: InputContract, show: ShowProgress) -> Canvas:
    """Return (N, side, side) in 0..255; 8 bits keep a dataset in memory.

    Raises:
        ValueError: an image cannot be read.
    """
    # One view in one channel in 0..1 is the canvas itself.
    plain = contract.model_copy(update={"range": "0..1", "channels": 1, "layout": "nchw", "flips": ("none",)})
    canvases = np.empty((len(images), contract.side_px, contract.side_px), dtype=np.uint8)
    with show("reading images", len(images)) as step:
        for index, image in enumerate(images):
            batch, _ = Canvases(read_grey(image.path)).make(plain)
            canvases[index] = np.rint(np.clip(batch[0, 0], 0, 1) * 255)
            step()
    return canvases


def to_input(canvases: Canvas, contract: InputContract) -> npt.NDArray[np.float32]:
    """Return canvases as the model takes them, by the code that serves."""
    return to_tensor(canvases.astype(np.float32) / np.float32(255), contract)
