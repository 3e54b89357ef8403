"""Where a bone breaks, how its fragments lie, and the box around the break."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.phantom.pose import Pose
from inference.phantom.shapes import Anatomy, Bone, Box, Point

PLACE_TRIES = 60
LEAST_HALF_WIDTH = 0.007
"""A break is planted in a bone at least this wide (half width by the picture's long side), if there is one."""
FIELD_MARGIN = 0.1
"""Share of the picture's sides in which no break is planted, so that collimation never hides one."""


@dataclass(frozen=True)
class Break:
    """A broken place, in the bone's own frame (s along the axis from its start, n across it; millimetres).

    slant: tangent of the angle between break and cross section. jag_mm: height of its teeth.
    gap_mm: distance of the fragments; negative when they overlap.
    opacity: 1 for a clear gap, less when bone lies over it.
    steps_mm: sideways shift of the near and of the far fragment. reach_mm: how far along the bone the shift fades out.
    """

    s_mm: float
    slant: float
    jag_mm: float
    gap_mm: float
    opacity: float
    steps_mm: tuple[float, float]
    reach_mm: float
    half_width_mm: float
    teeth: tuple[float, ...]

    def line_mm(self, n_mm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the place of the break along the axis at each distance n from it."""
        knots = np.linspace(-2.0, 2.0, len(self.teeth)) * self.half_width_mm
        jag = np.interp(n_mm, knots, self.teeth) * self.jag_mm
        line: NDArray[np.float32] = (self.s_mm + n_mm * self.slant + jag).astype(np.float32)
        return line


def plan_break(
    anatomy: Anatomy, pose: Pose, bone_name: str | None, difficulty: float | None, rng: np.random.Generator
) -> tuple[int, Break]:
    """Return the index of the bone that breaks, and the break, inside the picture.

    Raises ValueError when the anatomy has no breakable bone of that name.
    """
    candidates = [i for i, bone in enumerate(anatomy.bones) if bone.breakable and bone_name in (None, bone.name)]
    if not candidates:
        raise ValueError(f"no breakable {bone_name} in a {anatomy.body_part}")
    weights = _weigh(anatomy, pose, candidates)
    hardness = float(rng.uniform(0.0, 0.85)) if difficulty is None else difficulty
    places = []
    for _ in range(PLACE_TRIES):
        index = candidates[int(rng.choice(len(candidates), p=weights))]
        share = float(rng.uniform(*(anatomy.bones[index].breakable or (0.3, 0.7))))
        places.append((_eccentricity(pose, locate_on_axis(anatomy.bones[index], share)), index, share))
    inside = [place for place in places if place[0] < 1.0 - 2.0 * FIELD_MARGIN]
    _, index, share = inside[0] if inside else min(places)
    return index, _shape_break(anatomy.bones[index], share, hardness, rng)


def bound_break(bone: Bone, broken: Break, pose: Pose) -> Box:
    """Return the tight box around the break, fragment ends included, clipped to the picture."""
    edges = np.array([-broken.half_width_mm, 0.0, broken.half_width_mm], dtype=np.float32)
    # A slanting break ends where the bone may be wider than in the middle of the break.
    half = max(width_at(bone, s / length_mm(bone)) for s in broken.line_mm(edges).tolist())
    across = np.linspace(-half, half, 9, dtype=np.float32)
    along = broken.line_mm(across)
    rim = abs(broken.gap_mm) / 2 + 0.3 * half
    points = [
        (s + dy, n + step)
        for s, n in zip(along.tolist(), across.tolist(), strict=True)
        for dy in (-rim, rim)
        for step in (0.0, *broken.steps_mm)
    ]
    placed = pose.place(np.array([to_body(bone, s, n) for s, n in points]))
    low = np.clip(placed.min(axis=0), 0, (pose.columns, pose.rows))
    high = np.clip(placed.max(axis=0), 0, (pose.columns, pose.rows))
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def length_mm(bone: Bone) -> float:
    """Return the distance of the bone's ends in millimetres."""
    return math.dist(bone.start, bone.end)


def width_at(bone: Bone, share: float) -> float:
    """Return the half width in millimetres at a fraction of the length."""
    knots = np.linspace(0.0, 1.0, len(bone.half_widths_mm))
    return float(np.interp(share, knots, bone.half_widths_mm))


def bow_at(bone: Bone, share: float) -> float:
    """Return how far the axis sags sideways, in millimetres, at a fraction of the length."""
    return bone.bow_mm * 4.0 * share * (1.0 - share)


def to_body(bone: Bone, s_mm: float, n_mm: float) -> Point:
    """Return the body coordinates of a place in the bone's own frame; n counts from the bowed axis."""
    length = length_mm(bone)
    along = ((bone.end[0] - bone.start[0]) / length, (bone.end[1] - bone.start[1]) / length)
    n = n_mm + bow_at(bone, s_mm / length)
    return (bone.start[0] + along[0] * s_mm - along[1] * n, bone.start[1] + along[1] * s_mm + along[0] * n)


def locate_on_axis(bone: Bone, share: float) -> Point:
    """Return the body coordinates of a place on the axis, at a fraction of the length."""
    return to_body(bone, share * length_mm(bone), 0.0)


def _width_mm(bone: Bone) -> float:
    return sum(bone.half_widths_mm) / len(bone.half_widths_mm)


def _weigh(anatomy: Anatomy, pose: Pose, candidates: list[int]) -> NDArray[np.float64]:
    widths = np.array([_width_mm(anatomy.bones[index]) for index in candidates])
    visible = widths * pose.px_per_mm / max(pose.rows, pose.columns) > LEAST_HALF_WIDTH
    weights = np.where(visible, widths**2, 0.0) if visible.any() else widths
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _eccentricity(pose: Pose, point: Point) -> float:
    """Return 0 in the middle of the picture, 1 on its edge."""
    x, y = pose.place(np.array([point]))[0]
    return float(max(abs(2 * x / pose.columns - 1), abs(2 * y / pose.rows - 1)))


def _shape_break(bone: Bone, share: float, hardness: float, rng: np.random.Generator) -> Break:
    half = width_at(bone, share)
    clear = 1.0 - hardness
    slant = math.tan(math.radians(float(rng.uniform(-1, 1)) * (20.0 if rng.random() < 0.6 else 50.0)))
    step = half * clear * float(rng.uniform(0.35, 1.1)) * (1.0 if rng.random() < 0.5 else -1.0)
    lean = float(rng.uniform(-0.5, 0.5)) * step
    overlap = rng.random() < 0.3 and clear > 0.4  # fragments without displacement cannot lie over each other
    gap = (
        -half * clear * float(rng.uniform(0.2, 0.8)) if overlap else half * (0.13 + 0.24 * clear * float(rng.random()))
    )
    return Break(
        s_mm=share * length_mm(bone),
        slant=slant,
        jag_mm=half * float(rng.uniform(0.05, 0.22)),
        gap_mm=gap,
        opacity=0.65 + 0.35 * clear,
        steps_mm=(lean - step / 2, lean + step / 2),
        reach_mm=half * float(rng.uniform(5.0, 8.0)),
        half_width_mm=half,
        teeth=tuple(float(tooth) for tooth in rng.uniform(-1, 1, 25)),
    )
