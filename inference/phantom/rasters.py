"""Path lengths of X-rays through bones, plates and soft tissue, drawn on a pixel grid.

Every bone is drawn in its own straightened frame (rows along the axis, columns across it), then laid on the picture by
one affine warp. A hollow cylinder of radii R and r lets a ray at distance n from its axis pass through
2 sqrt(R^2 - n^2) - 2 sqrt(r^2 - n^2) of dense bone.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.phantom.fracture import Break, length_mm
from inference.phantom.pose import Pose
from inference.phantom.shapes import Bone, Flesh, Plate, Point

Raster = NDArray[np.float32]

TEXTURE_PITCH_MM = 0.38
TEXTURE_SIDE = 384
SPONGE_SHAFT, SPONGE_END = 0.10, 0.42
"""Share of dense bone inside the cavity, at mid shaft and at the ends."""
GRAIN_CONTRAST, GRAIN_STRETCH = 0.13, 2.2
_SUBPIXEL_BITS = 4


def make_texture(rng: np.random.Generator) -> Raster:
    """Return band-passed noise of unit variance, TEXTURE_PITCH_MM a pixel: the trabeculae."""
    noise = rng.standard_normal((TEXTURE_SIDE, TEXTURE_SIDE), dtype=np.float32)
    band = cv2.GaussianBlur(noise, (0, 0), 0.9) - cv2.GaussianBlur(noise, (0, 0), 2.6)
    texture: Raster = (band / band.std()).astype(np.float32)
    return texture


def add_bone(
    canvas: Raster, bone: Bone, pose: Pose, texture: Raster, offset: tuple[int, int], broken: Break | None
) -> None:
    """Add the bone's dense path length (millimetres) to the canvas, which has the pose's size."""
    scale = max(pose.px_per_mm, 0.35)
    width = max(bone.half_widths_mm) + abs(bone.bow_mm) + (max(map(abs, broken.steps_mm)) if broken else 0.0)
    rows, columns = math.ceil(length_mm(bone) * scale) + 4, 2 * math.ceil(width * scale) + 5
    to_picture = _lay_along(bone, pose, scale, columns)
    window = _clip_window(to_picture, rows, columns, canvas.shape)
    if window is None:
        return
    own = _draw_tube(bone, scale, rows, columns, texture, offset, broken)
    _lay_down(canvas, own, to_picture, window, merged=bone.merged)


def _lay_along(bone: Bone, pose: Pose, scale: float, columns: int) -> NDArray[np.float64]:
    """Return the (2, 3) map from index (column, row) of the bone's own raster to index of the picture."""
    length = length_mm(bone)
    along = np.array([bone.end[0] - bone.start[0], bone.end[1] - bone.start[1]]) / length
    across = np.array([-along[1], along[0]])
    linear = np.column_stack([across, along]) / scale
    origin = np.asarray(bone.start) - linear @ np.array([(columns - 1) / 2, 2.0])
    matrix = pose.matrix[:, :2] @ linear
    return np.column_stack([matrix, pose.matrix[:, :2] @ origin + pose.matrix[:, 2] - 0.5])


def _clip_window(
    matrix: NDArray[np.float64], rows: int, columns: int, shape: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    corners = np.array([(0, 0, 1), (columns, 0, 1), (0, rows, 1), (columns, rows, 1)]) @ matrix.T
    left, top = np.maximum(np.floor(corners.min(axis=0)) - 1, 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)) + 2, (shape[1], shape[0])).astype(int)
    return (int(left), int(top), int(right), int(bottom)) if left < right and top < bottom else None


def _lay_down(
    canvas: Raster, own: Raster, matrix: NDArray[np.float64], window: tuple[int, int, int, int], *, merged: bool
) -> None:
    """Warp a raster onto the canvas: add it, or keep the longer path where bodies are merged."""
    left, top, right, bottom = window
    local = matrix - np.array([[0, 0, left], [0, 0, top]])
    laid = cv2.warpAffine(own, local, (right - left, bottom - top), flags=cv2.INTER_LINEAR)
    under = canvas[top:bottom, left:right]
    (np.maximum if merged else np.add)(under, laid, out=under)


def _draw_tube(
    bone: Bone, scale: float, rows: int, columns: int, texture: Raster, offset: tuple[int, int], broken: Break | None
) -> Raster:
    length = length_mm(bone)
    s = ((np.arange(rows, dtype=np.float32) - 2.0) / scale)[:, None]
    n = ((np.arange(columns, dtype=np.float32) - (columns - 1) / 2) / scale)[None, :]
    share = np.clip(s / length, 0.0, 1.0)
    outer, cavity = _profile(bone, s, share, length)
    sponge = _sponge(bone, rows, columns, scale, texture, offset, share)
    axis = (bone.bow_mm * 4.0) * share * (1.0 - share)
    whole = _cross(n - axis, outer, cavity, sponge)
    if broken is None:
        return whole * np.float32(bone.density)
    near, far = (axis + step * _fade(s - broken.s_mm, broken.reach_mm) for step in broken.steps_mm)
    at_break = bone.bow_mm * 4.0 * (broken.s_mm / length) * (1.0 - broken.s_mm / length)
    side = (s - broken.line_mm(n - np.float32(at_break))) * scale
    half_gap = broken.gap_mm * scale / 2
    keep_near = np.clip(0.5 - side - half_gap, 0.0, 1.0)
    keep_far = np.clip(0.5 + side - half_gap, 0.0, 1.0)
    veil = np.clip(1.0 - keep_near - keep_far, 0.0, 1.0) * (1.0 - broken.opacity)
    drawn = _cross(n - near, outer, cavity, sponge) * keep_near + _cross(n - far, outer, cavity, sponge) * keep_far
    return np.asarray((drawn + veil * whole) * bone.density, dtype=np.float32)


def _profile(bone: Bone, s: Raster, share: Raster, length: float) -> tuple[Raster, Raster]:
    """Return the outer radius and the radius of the cavity along the bone, both (rows, 1) in millimetres."""
    knots = np.linspace(0.0, 1.0, len(bone.half_widths_mm))
    widths = _smooth_interp(share, knots, np.asarray(bone.half_widths_mm))
    caps = [min(0.5 * width, 0.45 * length) if length > 2.2 * width else 0.5 * length
            for width in (bone.half_widths_mm[0], bone.half_widths_mm[-1])]  # fmt: skip
    shaft = np.sin(np.pi * np.clip(share, 0.02, 0.98)) ** 0.8
    wall = bone.cortex_mm * (0.22 + 0.78 * shaft)
    outer = widths * _round_ends(s, length, caps)
    cavity = np.maximum(widths - wall, 0.0) * _round_ends(s - wall * 0.8, length - 1.6 * wall, caps)
    return outer.astype(np.float32), np.minimum(cavity, np.maximum(outer - 0.2, 0)).astype(np.float32)


def _smooth_interp(share: Raster, knots: NDArray[np.float64], values: NDArray[np.float64]) -> Raster:
    fine = np.linspace(0.0, 1.0, 97)
    smooth = np.interp(fine, knots, values)
    kernel = np.hanning(17)
    padded = np.pad(smooth, 8, mode="edge")
    rounded = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return np.asarray(np.interp(share, fine, rounded), dtype=np.float32)


def _round_ends(s: Raster, length: float | Raster, caps: list[float]) -> Raster:
    start = np.clip((caps[0] - s) / caps[0], 0.0, 1.0)
    end = np.clip((s - (length - caps[1])) / caps[1], 0.0, 1.0)
    return np.asarray(np.sqrt(np.maximum(1.0 - start**2, 0)) * np.sqrt(np.maximum(1.0 - end**2, 0)), dtype=np.float32)


def _sponge(
    bone: Bone, rows: int, columns: int, scale: float, texture: Raster, offset: tuple[int, int], share: Raster
) -> Raster:
    # The grain spans the unbroken bone's width whatever the raster's, so that a break does not change the rest.
    own = min(columns, 2 * math.ceil((max(bone.half_widths_mm) + abs(bone.bow_mm)) * scale) + 5)
    crop_rows = min(TEXTURE_SIDE, max(2, round(rows / scale / TEXTURE_PITCH_MM / GRAIN_STRETCH)))
    crop_columns = min(TEXTURE_SIDE, max(2, round(own / scale / TEXTURE_PITCH_MM)))
    top, left = offset[0] % (TEXTURE_SIDE - crop_rows + 1), offset[1] % (TEXTURE_SIDE - crop_columns + 1)
    grain = cv2.resize(texture[top : top + crop_rows, left : left + crop_columns], (own, rows))
    side = (columns - own) // 2
    grain = cv2.copyMakeBorder(grain, 0, 0, side, columns - own - side, cv2.BORDER_REPLICATE)
    fill = SPONGE_SHAFT + (SPONGE_END - SPONGE_SHAFT) * np.abs(2.0 * share - 1.0) ** 2.5
    return np.asarray(np.clip(fill * (1.0 + GRAIN_CONTRAST * grain), 0.0, 1.0), dtype=np.float32)


def _cross(n: Raster, outer: Raster, cavity: Raster, sponge: Raster) -> Raster:
    square = n * n
    whole = np.sqrt(np.maximum(outer * outer - square, 0.0))
    inside = np.sqrt(np.maximum(cavity * cavity - square, 0.0))
    return np.asarray(2.0 * (whole - inside * (1.0 - sponge)), dtype=np.float32)


def _fade(distance_mm: Raster, reach_mm: float) -> Raster:
    closeness = np.clip(1.0 - np.abs(distance_mm) / reach_mm, 0.0, 1.0)
    return np.asarray(closeness * np.sqrt(closeness), dtype=np.float32)


def add_plate(canvas: Raster, plate: Plate, pose: Pose, texture: Raster | None = None) -> None:
    """Add a plate's density (millimetres of its material) to the canvas; the rim is denser."""
    points = pose.place(_smooth_outline(plate.outline)) - 0.5
    reach = 3.0 * plate.blur_mm * pose.px_per_mm + 2.0
    left, top = np.maximum(np.floor(points.min(axis=0) - reach), 0).astype(int)
    right, bottom = np.minimum(np.ceil(points.max(axis=0) + reach) + 1, canvas.shape[::-1]).astype(int)
    if left >= right or top >= bottom:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    fixed = np.round((points - np.array([left, top])) * 2**_SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    canvas[top:bottom, left:right] += _thicken(mask, plate, pose.px_per_mm, texture)


def _thicken(mask: NDArray[np.uint8], plate: Plate, px_per_mm: float, texture: Raster | None) -> Raster:
    layer = mask.astype(np.float32) * np.float32(plate.density / 255.0)
    if plate.rim_mm:
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3) / (plate.rim_mm * px_per_mm)
        layer *= 0.8 + 1.2 * np.clip(1.0 - depth, 0.0, 1.0) ** 1.5
    if texture is not None:
        layer *= 1.0 + 0.12 * cv2.resize(texture, (layer.shape[1], layer.shape[0]))
    return blur(layer, plate.blur_mm * px_per_mm) if plate.blur_mm else layer


def _smooth_outline(outline: tuple[Point, ...]) -> NDArray[np.float64]:
    """Round the corners of a closed outline by three passes of Chaikin's corner cutting."""
    points = np.asarray(outline, dtype=np.float64)
    for _ in range(3):
        following = np.roll(points, -1, axis=0)
        points = np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], axis=1).reshape(-1, 2)
    return points


def blur(layer: Raster, sigma_px: float) -> Raster:
    """Return a Gaussian blur; wide ones are made on a smaller grid."""
    step = max(1, int(sigma_px / 2))
    if step == 1:
        return np.asarray(cv2.GaussianBlur(layer, (0, 0), max(sigma_px, 0.3)), dtype=np.float32)
    size = (math.ceil(layer.shape[1] / step), math.ceil(layer.shape[0] / step))
    small = cv2.resize(layer, size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma_px / step)
    return np.asarray(cv2.resize(blurred, (layer.shape[1], layer.shape[0])), dtype=np.float32)


def join_flesh(canvas: Raster, part: Flesh, pose: Pose) -> None:
    """Let the canvas show the longest path through any soft tissue part (they merge, they do not add up)."""
    as_bone = Bone("flesh", part.start, part.end, part.half_widths_mm)
    scale = max(pose.px_per_mm, 0.1)
    width = max(part.half_widths_mm)
    rows, columns = math.ceil(length_mm(as_bone) * scale) + 4, 2 * math.ceil(width * scale) + 5
    to_picture = _lay_along(as_bone, pose, scale, columns)
    window = _clip_window(to_picture, rows, columns, canvas.shape)
    if window is None:
        return
    s = ((np.arange(rows, dtype=np.float32) - 2.0) / scale)[:, None]
    n = ((np.arange(columns, dtype=np.float32) - (columns - 1) / 2) / scale)[None, :]
    outer, _ = _profile(as_bone, s, np.clip(s / length_mm(as_bone), 0, 1), length_mm(as_bone))
    solid = 2.0 * np.sqrt(np.maximum(outer * outer - n * n, 0.0))
    _lay_down(canvas, solid, to_picture, window, merged=True)
