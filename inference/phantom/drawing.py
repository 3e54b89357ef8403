"""The recipe of one phantom radiograph."""

import numpy as np

from inference.phantom.anatomy import BODY_PARTS, draw_anatomy
from inference.phantom.fracture import Break, bound_break, plan_break
from inference.phantom.plate_marks import add_bangle, collimate, place_marker
from inference.phantom.pose import LIMBS, Pose, choose_pose, describe_orientation
from inference.phantom.rasters import Raster
from inference.phantom.rendering import add_noise, choose_exposure, expose, project, quantise, resample
from inference.phantom.shapes import Anatomy, Box
from inference.phantom.spec import Phantom, PhantomSpec

WORK_SIDE_PX = (384, 1024)
"""The body is drawn with its long side within these limits, then scaled; noise is added at full size."""
BANGLE_SHARE = 0.08

_REGIONS = tuple(BODY_PARTS)
_STREAMS = {"body": 1, "pose": 2, "break": 3, "texture": 4, "exposure": 5, "marks": 6, "noise": 7}


def draw_phantom(spec: PhantomSpec) -> Phantom:
    """Draw the radiograph a spec asks for; the same spec gives the same pixels, seed by seed.

    A fractured phantom and its whole twin (same seed) differ only around the break.
    """
    anatomy = draw_anatomy(spec.region, spec.body_part, spec.view == "LATERAL", _stream(spec, "body"))
    pose = choose_pose(spec, anatomy, _stream(spec, "pose"))
    planned = _plan(spec, anatomy, pose)
    image = _draw_image(spec, anatomy, pose, planned)
    return Phantom(
        pixels=quantise(image, spec.bits_stored, spec.photometric_interpretation),
        spec=spec,
        boxes=_bound(anatomy, pose, planned),
        body_part=anatomy.body_part,
        spacing_mm=1.0 / pose.px_per_mm,
        patient_orientation=describe_orientation(pose, spec.view),
    )


def _stream(spec: PhantomSpec, purpose: str) -> np.random.Generator:
    """Return an own random stream for each purpose, so that one choice never disturbs another."""
    return np.random.default_rng([spec.seed, _REGIONS.index(spec.region), _STREAMS[purpose]])


def _plan(spec: PhantomSpec, anatomy: Anatomy, pose: Pose) -> tuple[int, Break] | None:
    if not spec.fractured:
        return None
    return plan_break(anatomy, pose, spec.broken_bone, spec.difficulty, _stream(spec, "break"))


def _bound(anatomy: Anatomy, pose: Pose, planned: tuple[int, Break] | None) -> tuple[Box, ...]:
    if planned is None:
        return ()
    index, broken = planned
    return (bound_break(anatomy.bones[index], broken, pose),)


def _draw_image(spec: PhantomSpec, anatomy: Anatomy, pose: Pose, planned: tuple[int, Break] | None) -> Raster:
    long_side = max(spec.rows, spec.columns)
    shrink = min(max(long_side, WORK_SIDE_PX[0]), WORK_SIDE_PX[1]) / long_side
    work = pose.resize(max(8, round(spec.rows * shrink)), max(8, round(spec.columns * shrink)))
    bone, soft = project(anatomy, work, planned, _stream(spec, "texture"))
    exposure = choose_exposure(_stream(spec, "exposure"))
    image = expose(bone, soft, exposure)
    _mark(image, bone * 10 + soft, spec, pose)
    image = resample(image, spec.rows, spec.columns)
    add_noise(image, exposure, _stream(spec, "noise"))
    return image


def _mark(image: Raster, load: Raster, spec: PhantomSpec, pose: Pose) -> None:
    rng = _stream(spec, "marks")
    bangle = rng.random() < BANGLE_SHARE
    if bangle and spec.region == "hand" and not spec.plain:
        add_bangle(image, rng)
    collimate(image, spec, rng)
    if spec.laterality is not None:
        place_marker(image, load, spec.laterality, _letter_side(spec, pose), rng)


def _letter_side(spec: PhantomSpec, pose: Pose) -> tuple[float, float]:
    """Return where across the picture the letter may lie: anywhere beside a limb, but on its own half of a trunk."""
    if spec.region in LIMBS:
        return (0.09, 0.91)
    rows_run_to = describe_orientation(pose, spec.view)[0]
    return (0.6, 0.91) if rows_run_to == spec.laterality else (0.09, 0.4)
