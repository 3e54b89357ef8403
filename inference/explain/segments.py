"""The parts of a radiograph that are hidden in turn to see what a model makes of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from inference.backends.frameworks import load_framework
from inference.preprocess import Image, Letterbox

Labels = npt.NDArray[np.int16]
Method = Literal["slic", "quickshift"]

#: Longest side of the picture that is cut into segments: they are far larger than its pixels.
SIDE_PX = 256
#: How many segments SLIC aims at; quickshift finds their number by itself.
SEGMENTS = 50
#: The darkest pixels but for this percentage are background; what is brighter by the margin is anatomy or a marker.
_BACKGROUND_PERCENTILE, _ANATOMY_MARGIN = 1.0, 0.06
_SMOOTH_PX = 7
#: A piece that lies apart from its part and takes less of the picture than this counts as lying outside.
_SPECK_SHARE = 0.001

#: Compactness 0.3 follows the edges of bones and still gives parts of one size; with 0.1 they fray along the bones.
_OPTIONS: Mapping[Method, Mapping[str, Any]] = {
    "slic": {"compactness": 0.3, "sigma": 1.0, "channel_axis": None, "start_label": 1},
    "quickshift": {"kernel_size": 4, "max_dist": 200, "ratio": 0.2},
}


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """A picture cut into parts.

    Attributes:
        labels: (h, w) int16 of a reduced picture, 0 to count - 1.
        shape: rows and columns of the picture itself.
        background: grey value 0..1 of a hidden part: that of the air around the anatomy.
        outside: the label of all that lies outside the anatomy, one part by itself; None where there is none.
    """

    labels: Labels
    shape: tuple[int, int]
    background: float
    outside: int | None

    @property
    def count(self) -> int:
        """Number of parts."""
        return int(self.labels.max()) + 1

    def on_image(self) -> Labels:
        """Return the labels at full size, (rows, columns)."""
        return _enlarge(self.labels, self.shape[1], self.shape[0])

    def on_canvas(self, geometry: Letterbox, side_px: int) -> Labels:
        """Return the labels as they lie on a model's canvas (side_px, side_px); -1 on the black around the image."""
        width = min(round(self.shape[1] * geometry.scale_x), side_px)
        height = min(round(self.shape[0] * geometry.scale_y), side_px)
        canvas = np.full((side_px, side_px), -1, dtype=np.int16)
        inside = canvas[geometry.top_px :, geometry.left_px :][:height, :width]
        inside[:] = _enlarge(self.labels, inside.shape[1], inside.shape[0])
        return canvas


def cut(image: Image, *, method: Method = "slic", segments: int = SEGMENTS, seed: int = 0) -> Segments:
    """Cut a radiograph (rows, columns), 0..1, bone bright, into parts; the same parts whenever it is called.

    Args:
        image: the whole picture; it is reduced to `SIDE_PX` first.
        method: SLIC (Achanta et al. 2012), or quickshift (Vedaldi and Soatto 2008), which `lime` takes by default and
            which takes ten times as long.
        segments: how many parts SLIC aims at.
        seed: of quickshift, which breaks ties by chance.

    Raises:
        ModelUnavailable: the package lime is not installed.
    """
    scale = min(1.0, SIDE_PX / max(image.shape))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    background = float(np.percentile(small, _BACKGROUND_PERCENTILE))
    anatomy = cv2.blur(small, (_SMOOTH_PX, _SMOOTH_PX)) > background + _ANATOMY_MARGIN
    if not anatomy.any():
        anatomy = np.ones_like(anatomy)
    found = separate(np.where(anatomy, _run(method, small, anatomy, segments, seed), 0))
    labels = np.unique(found, return_inverse=True)[1].reshape(small.shape).astype(np.int16)
    return Segments(labels, image.shape, background, 0 if (found == 0).any() else None)


def hide(picture: Image, labels: Labels, kept: npt.NDArray[np.bool_], background: float) -> npt.NDArray[np.float32]:
    """Return (N, h, w): copies of a picture (h, w) in which the parts that are not kept have the background's grey.

    Args:
        picture: 0..1.
        labels: (h, w); -1 is never hidden.
        kept: (N, parts).
        background: 0..1.
    """
    # A last column that is always kept: the label -1 points there.
    always = np.concatenate([kept, np.ones((len(kept), 1), dtype=np.bool_)], axis=1)
    return np.where(always[:, labels], picture, np.float32(background)).astype(np.float32, copy=False)


def _run(method: Method, small: Image, anatomy: npt.NDArray[np.bool_], segments: int, seed: int) -> Any:
    algorithm = load_framework("lime.wrappers.scikit_image").SegmentationAlgorithm
    if method == "slic":
        return algorithm("slic", n_segments=segments, mask=anatomy, **_OPTIONS["slic"])(small)
    colour = np.repeat(small[:, :, None], 3, axis=2).astype(np.float64)
    return 1 + algorithm("quickshift", rng=seed, **_OPTIONS["quickshift"])(colour)


def separate(found: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """Return labels of which each but 0 is one connected area: SLIC gives islands the label of a part far away."""
    separate = np.zeros(found.shape, dtype=np.int32)
    for part in np.unique(found[found > 0]):
        _, areas, measures, _ = cv2.connectedComponentsWithStats((found == part).astype(np.uint8), connectivity=4)
        sizes = measures[:, cv2.CC_STAT_AREA]
        sizes[0] = 0
        for area in np.flatnonzero((sizes >= _SPECK_SHARE * found.size) | (sizes == sizes.max())):
            separate[areas == area] = separate.max() + 1
    return separate


def _enlarge(labels: Labels, width: int, height: int) -> Labels:
    return np.asarray(cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST_EXACT), dtype=np.int16)
