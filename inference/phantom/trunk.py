"""Hip, shoulder and chest: the body parts that show the trunk."""

import math
from dataclasses import replace

from inference.phantom.shapes import Anatomy, Bone, Flesh, Plate, Point

_HIP_BONES = (
    Bone("femoral shaft", (139, 2), (114, 460), (9, 24, 21, 18, 17, 17, 17, 17, 18), 6.0, 3, breakable=(0.12, 0.45)),
    Bone("femoral neck", (92, 0), (138, 34), (18, 16, 17, 20), 3.0, density=0.95, breakable=(0.5, 0.8), merged=True),
    Bone("femoral head", (66, -2), (114, -2), (24.5,) * 3, 1.5, density=0.8, merged=True),
    Bone("lesser trochanter", (112, 66), (122, 50), (7, 8), 1.5, density=0.8, merged=True),
    Bone("superior ramus", (72, 4), (6, 40), (15, 9, 8, 9, 13), 2.0, -6, density=0.8),
    Bone("inferior ramus", (8, 46), (54, 98), (10, 7, 7, 9), 1.8, 4, density=0.8),
    Bone("ischium", (80, 16), (58, 102), (20, 15, 12, 12), 2.0, -4, density=0.8),
    Bone("acetabular roof", (60, -20), (116, -14), (5, 7, 5), 2.6, -16, density=0.8),
    Bone("pelvic brim", (40, -82), (26, 30), (4, 4, 4), 1.5, 40, density=0.45),
)
_ILIUM = Plate(
    ((40, 52), (62, 8), (118, 6), (124, -30), (116, -58), (150, -96), (160, -128), (138, -162), (96, -172), (52, -158),
     (26, -128), (28, -84), (56, -50), (44, -6)), 6.0, 5.0,
)  # fmt: skip
_SACRUM = Plate(((-56, -132), (56, -132), (50, -84), (28, -36), (8, 2), (-8, 2), (-28, -36), (-50, -84)), 5.0, 4.0)
_HIP_FLESH = (Flesh((0, -420), (0, 70), (158, 160, 168, 178, 176)),)
_THIGH = Flesh((98, 30), (92, 560), (84, 84, 80, 74, 68))

_CLAVICLE = Bone("clavicle", (-158, -36), (-10, -46), (12, 8, 6.5, 6, 6, 8), 2.2, -9, breakable=(0.25, 0.8))
_SHOULDER_BONES = (
    Bone("humerus", (6, -22), (22, 330), (13, 22, 16, 13, 12.5, 12, 12, 12, 14, 20), 4.2, -3, breakable=(0.14, 0.55)),
    Bone("humeral head", (-31, -2), (15, -4), (23.5,) * 3, 1.6, density=0.8, merged=True),
    _CLAVICLE,
    Bone("acromion", (-44, -34), (10, -38), (7, 7, 9, 8), 1.6, -6, density=0.8),
    Bone("coracoid", (-34, -14), (-22, -22), (8, 9, 8), 1.6, density=0.7),
    Bone("glenoid", (-30, -16), (-28, 22), (6, 8, 7), 2.0, density=0.9),
    Bone("scapular border", (-30, 16), (-78, 128), (9, 6, 5, 6), 2.4, 5, density=0.8),
)
_SCAPULA = Plate(((-24, -18), (-60, -46), (-118, -50), (-112, 30), (-82, 146), (-50, 66), (-26, 30)), 2.2, 2.5)
_ARM_FLESH = (
    Flesh((-6, -8), (22, 520), (46, 54, 50, 46, 42, 40)),
    Flesh((-220, -60), (-20, -10), (60, 52, 46, 44)),
    Flesh((-215, -320), (-215, -40), (60, 56, 62, 90)),
    Flesh((-215, -70), (-215, 640), (120, 165, 175, 172, 170)),
)


def draw_hip(body_part: str) -> Anatomy:
    """Return the pelvis with both hips: centred on the left hip for HIP, on the midline for PELVIS."""
    bones = (*_HIP_BONES, *(_mirror_bone(bone) for bone in _HIP_BONES), *_draw_spine(0, -250, -128, 20))
    flesh = (*_HIP_FLESH, _THIGH, _mirror_flesh(_THIGH))
    plates = (_ILIUM, _mirror_plate(_ILIUM), _SACRUM)
    centre_x, width = {"PELVIS": (0.0, 400.0), "HIP": (84.0, 270.0)}[body_part]
    return Anatomy(body_part, (centre_x, 10), (width, 330), bones, flesh, plates, _draw_bowel_gas())


def draw_shoulder() -> Anatomy:
    """Return the left shoulder with the upper arm and the upper part of the rib cage."""
    midline = -215.0
    ribs = _draw_ribs(midline, 1.0, range(8)) + _draw_ribs(midline, -1.0, range(8))
    bones = (*_SHOULDER_BONES, *ribs, *_draw_spine(midline, -220, 380, 17))
    return Anatomy("SHOULDER", (-50, 60), (230, 280), bones, _ARM_FLESH, (_SCAPULA,), _draw_lungs(midline))


def draw_chest() -> Anatomy:
    """Return a chest: no limb, so a fracture reader must decline it."""
    ribs = _draw_ribs(0, 1.0, range(10)) + _draw_ribs(0, -1.0, range(10))
    clavicle = replace(_CLAVICLE, start=(24, -52), end=(158, -62), breakable=None)
    bones = (*ribs, clavicle, _mirror_bone(clavicle), *_draw_spine(0, -220, 420, 17))
    flesh = (
        Flesh((0, -320), (0, -40), (60, 56, 62, 100)),
        Flesh((0, -60), (0, 640), (150, 178, 180, 176, 170)),
        Flesh((-180, -20), (180, -20), (60, 70, 70, 60)),
        Flesh((170, -20), (230, 420), (56, 50, 46)),
        Flesh((-170, -20), (-230, 420), (56, 50, 46)),
    )
    heart = Plate(
        ((-34, 90), (-10, 40), (34, 60), (84, 150), (96, 200), (40, 214), (-44, 206), (-50, 150)), 190.0, 0.0, 5.0
    )
    return Anatomy("CHEST", (0, 100), (390, 400), bones, flesh, (), _draw_lungs(0), (heart,))


def _draw_ribs(midline: float, side: float, levels: range) -> tuple[Bone, ...]:
    ribs = []
    for level in levels:
        y = -66 + 27 * level
        reach = 70 + 80 * math.sin(min(1.0, (level + 1) / 7) * math.pi / 2)
        posterior = ((midline + side * 12, y), (midline + side * reach, y + 34))
        anterior = ((midline + side * reach, y + 34), (midline + side * 46, y + 92))
        ribs.append(Bone("rib", *posterior, (4.5, 5, 5, 4.5), 1.3, side * 16, density=0.75))
        ribs.append(Bone("rib", *anterior, (4.5, 5, 5.5, 5), 1.0, side * -20, density=0.5))
    return tuple(ribs)


def _draw_spine(midline: float, top: int, bottom: int, half_width_mm: float) -> tuple[Bone, ...]:
    bones = []
    for y in range(top, bottom, 30):
        body = (half_width_mm, half_width_mm * 0.92, half_width_mm)
        bones.append(Bone("vertebra", (midline, y), (midline, y + 27), body, 1.6, density=0.45))
        bones.append(Bone("spinous process", (midline, y + 12), (midline, y + 24), (4, 4), 1.4, density=0.7))
        wing = half_width_mm * 1.75
        bones.append(
            Bone("transverse process", (midline - wing, y + 8), (midline + wing, y + 8), (3, 4, 3), 1.2, density=0.5)
        )
    return tuple(bones)


def _draw_lungs(midline: float) -> tuple[Plate, ...]:
    outline: tuple[Point, ...] = (
        (midline + 20, -40), (midline + 62, -82), (midline + 108, -40), (midline + 140, 60), (midline + 150, 190),
        (midline + 96, 186), (midline + 40, 196), (midline + 26, 90),
    )  # fmt: skip
    right = tuple((2 * midline - x, y) for x, y in outline)
    return (Plate(outline, 270.0, 0.0, 8.0), Plate(right, 270.0, 0.0, 8.0))


def _draw_bowel_gas() -> tuple[Plate, ...]:
    spots = ((-50, -150, 24), (30, -170, 20), (64, -190, 22), (8, -40, 18), (-18, -20, 14))
    return tuple(
        Plate(tuple((x + r * math.cos(a), y + 0.7 * r * math.sin(a)) for a in (0, 1, 2, 3, 4, 5)), 26.0, 0.0, 6.0)
        for x, y, r in spots
    )


def _mirror_bone(bone: Bone) -> Bone:
    # Only the side that the picture is about breaks: the lead letter names that side.
    start, end = (-bone.start[0], bone.start[1]), (-bone.end[0], bone.end[1])
    return replace(bone, name=f"other {bone.name}", start=start, end=end, bow_mm=-bone.bow_mm, breakable=None)


def _mirror_flesh(part: Flesh) -> Flesh:
    return Flesh((-part.start[0], part.start[1]), (-part.end[0], part.end[1]), part.half_widths_mm)


def _mirror_plate(plate: Plate) -> Plate:
    return replace(plate, outline=tuple((-x, y) for x, y in plate.outline))
