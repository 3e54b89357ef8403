"""Which body a region shows, and how one person differs from the next."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from inference.phantom.hand import draw_hand
from inference.phantom.leg import draw_leg
from inference.phantom.shapes import Anatomy, Bone, Flesh
from inference.phantom.trunk import draw_chest, draw_hip, draw_shoulder

BODY_PARTS: dict[str, tuple[tuple[str, float], ...]] = {
    "hand": (("HAND", 0.45), ("WRIST", 0.25), ("FOREARM", 0.3)),
    "leg": (("KNEE", 0.35), ("LEG", 0.25), ("ANKLE", 0.15), ("FOOT", 0.25)),
    "hip": (("PELVIS", 0.5), ("HIP", 0.5)),
    "shoulder": (("SHOULDER", 1.0),),
    "chest": (("CHEST", 1.0),),
}
"""Body part examined (DICOM PS3.16 Annex L) by region, with how often each is drawn."""

_BUILDERS: dict[str, Callable[[str, bool], Anatomy]] = {
    "hand": draw_hand,
    "leg": draw_leg,
    "hip": lambda body_part, _: draw_hip(body_part),
    "shoulder": lambda *_: draw_shoulder(),
    "chest": lambda *_: draw_chest(),
}


def draw_anatomy(region: str, body_part: str | None, lateral: bool, rng: np.random.Generator) -> Anatomy:
    """Return one person's anatomy of a region; the body part is drawn by lot when None.

    Raises KeyError for an unknown region or a body part of another region.
    """
    names = [name for name, _ in BODY_PARTS[region]]
    chosen = rng.choice(len(names), p=[share for _, share in BODY_PARTS[region]])
    anatomy = _BUILDERS[region](body_part or names[int(chosen)], lateral)
    return _vary(anatomy, rng)


def _vary(anatomy: Anatomy, rng: np.random.Generator) -> Anatomy:
    stout, plump = rng.uniform(0.88, 1.14), rng.uniform(0.85, 1.25)
    wall, bow = rng.uniform(0.75, 1.25), rng.uniform(0.3, 1.8)
    bones = tuple(_vary_bone(bone, stout, wall, bow, rng) for bone in anatomy.bones)
    flesh = tuple(_vary_flesh(part, plump) for part in anatomy.flesh)
    return replace(anatomy, bones=bones, flesh=flesh)


def _vary_bone(bone: Bone, stout: float, wall: float, bow: float, rng: np.random.Generator) -> Bone:
    own = rng.uniform(0.94, 1.06)
    shift = rng.normal(0.0, 0.012, 2) * min(60.0, abs(bone.end[1] - bone.start[1]) + 20)
    return replace(
        bone,
        end=(bone.end[0] + float(shift[0]), bone.end[1] + float(shift[1]) * 0.5),
        half_widths_mm=tuple(float(width * stout * own) for width in bone.half_widths_mm),
        cortex_mm=float(bone.cortex_mm * wall),
        bow_mm=float(bone.bow_mm * bow),
        density=float(bone.density * rng.uniform(0.93, 1.07)),
    )


def _vary_flesh(part: Flesh, plump: float) -> Flesh:
    return replace(part, half_widths_mm=tuple(float(width * plump) for width in part.half_widths_mm))
