"""From millimetres of the body to pixels of the picture."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.phantom.shapes import Anatomy
from inference.phantom.spec import PhantomSpec

LIMBS = ("hand", "leg")
"""Regions that lie free on the plate: they may be turned, and the lead letter may lie on either side of them."""
FLIP_SHARE = 0.12
"""Share of limbs that lie the other way up on the plate."""


@dataclass(frozen=True)
class Pose:
    """An affine map; matrix is (2, 3) and gives pixels from the outer corner of the top-left pixel.

    right_drawn: the body's drawn x axis, which runs to the left of the patient, was turned to run to the right.
    """

    matrix: NDArray[np.float64]
    rows: int
    columns: int
    right_drawn: bool

    @property
    def px_per_mm(self) -> float:
        """Pixels of the picture in a millimetre of the body."""
        return math.sqrt(abs(float(np.linalg.det(self.matrix[:, :2]))))

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return pixel coordinates of (N, 2) points in millimetres."""
        placed: NDArray[np.float64] = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        return placed

    def resize(self, rows: int, columns: int) -> "Pose":
        """Return the same view on a grid of another size."""
        stretch = np.array([[columns / self.columns], [rows / self.rows]])
        return Pose(self.matrix * stretch, rows, columns, self.right_drawn)


def choose_pose(spec: PhantomSpec, anatomy: Anatomy, rng: np.random.Generator) -> Pose:
    """Lay the body part on the plate: side, tilt, shift and magnification."""
    tilt, zoom, shift_x, shift_y, turn_lot, side_lot = rng.uniform(-1, 1, 6).tolist()
    limb = spec.region in LIMBS
    most_tilt, most_zoom, most_shift = (22.0, 0.35, 0.12) if limb else (6.0, 0.15, 0.05)
    calm = 0.35 if spec.plain else 1.0
    flipped = limb and not spec.plain and turn_lot > 1 - 2 * FLIP_SHARE
    angle = math.radians(tilt * calm * most_tilt) + (math.pi if flipped else 0.0)
    width, height = anatomy.field_mm
    mm_per_px = max(width / spec.columns, height / spec.rows) * math.exp(calm * zoom * most_zoom + 0.08 * limb)
    reach = calm * most_shift
    centre = (anatomy.centre[0] + shift_x * reach * width, anatomy.centre[1] + shift_y * reach * height)
    right_drawn = _draws_right(spec, side_lot < 0)
    mirrored = right_drawn != (limb and spec.view == "PA")
    linear = _rotate(angle) @ np.diag([-1.0 if mirrored else 1.0, 1.0]) / mm_per_px
    offset = np.array([spec.columns / 2, spec.rows / 2]) - linear @ np.asarray(centre)
    return Pose(np.column_stack([linear, offset]), spec.rows, spec.columns, right_drawn)


def describe_orientation(pose: Pose, view: str) -> tuple[str, str]:
    """Return where the rows and where the columns of the picture run to in the patient (PS3.3 C.7.6.1.1.1).

    The drawn x axis runs to the outer side of the drawn limb, or to the front in a lateral view; y to the feet.
    A limb seen from behind (PA) is drawn as somebody behind the patient sees it; the trunk is hung, as everywhere,
    with the patient's right on the left of the picture.
    """
    onward, back = ("A", "P") if view == "LATERAL" else ("R", "L") if pose.right_drawn else ("L", "R")
    return (onward if pose.matrix[0, 0] > 0 else back, "F" if pose.matrix[1, 1] > 0 else "H")


def _draws_right(spec: PhantomSpec, lot: bool) -> bool:
    if spec.region == "chest":  # both sides are in the picture, and the heart stays on the left
        return False
    return lot if spec.laterality is None else spec.laterality == "R"


def _rotate(angle: float) -> NDArray[np.float64]:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
