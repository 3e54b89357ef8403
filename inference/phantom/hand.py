"""Hand, wrist and forearm. The origin is the wrist joint; the forearm points to the head, the thumb to the side."""

import math

from inference.phantom.shapes import Anatomy, Bone, Flesh, Point

LATERAL_SQUEEZE = 0.22
"""Seen from the side the bones of the hand lie behind each other."""

_FOREARM = (
    Bone("radius", (9, -252), (12, -2), (9, 7, 7, 7, 8, 10, 15), 3.0, -7, breakable=(0.70, 0.95)),
    Bone("ulna", (-6, -270), (-12, -7), (13, 9, 7, 6.5, 5.5, 5.5, 7), 2.8, 4, breakable=(0.55, 0.94)),
)
_CARPALS: tuple[tuple[str, Point, Point, float], ...] = (
    ("scaphoid", (8, 0), (17, 13), 6.6),
    ("lunate", (-2, -1), (-1, 10), 7.2),
    ("triquetrum", (-11, 2), (-15, 12), 6.2),
    ("pisiform", (-14, 6), (-14, 14), 4.0),
    ("trapezium", (15, 13), (22, 23), 6.8),
    ("trapezoid", (9, 15), (11, 25), 5.6),
    ("capitate", (0, 9), (1, 28), 7.0),
    ("hamate", (-9, 12), (-10, 26), 7.2),
)
# name, base and head of the metacarpal, lengths of the phalanges, half width of the soft tissue
_RAYS: tuple[tuple[str, Point, Point, tuple[float, ...], float], ...] = (
    ("thumb", (20, 26), (38, 64), (31, 22), 10.0),
    ("index", (9, 28), (15, 92), (40, 24, 17), 9.0),
    ("middle", (1, 30), (2, 93), (44, 28, 18), 9.0),
    ("ring", (-6, 29), (-10, 86), (41, 26, 18), 8.5),
    ("little", (-13, 27), (-22, 79), (32, 19, 16), 7.5),
)
_METACARPAL = (6.3, 4.3, 3.6, 3.9, 4.8, 6.2)
_PHALANX = (6.0, 4.3, 3.5, 3.6, 4.8)
_FIELDS: dict[str, tuple[Point, tuple[float, float]]] = {
    "HAND": ((4, 70), (190, 260)),
    "WRIST": ((0, 10), (150, 200)),
    "FOREARM": ((0, -110), (200, 300)),
}


def draw_hand(body_part: str, lateral: bool) -> Anatomy:
    """Return the anatomy of HAND, WRIST or FOREARM; seen from the side when lateral."""
    squeeze = LATERAL_SQUEEZE if lateral else 1.0
    bones = [*_FOREARM, *_draw_carpals()]
    flesh = [
        Flesh((0, -420), (0, 10), (48, 46, 44, 40, 33, 27)),
        Flesh((0, -45), (-3, 88), (27, 27, 30, 37, 41, 40)),
        Flesh((10, 15), (32, 62), (18, 17, 13)),
    ]
    for ray in _RAYS:
        ray_bones, ray_flesh = _draw_ray(*ray)
        bones += ray_bones
        flesh.append(ray_flesh)
    centre, field_mm = _FIELDS[body_part]
    return Anatomy(
        body_part,
        (centre[0] * squeeze, centre[1]),
        field_mm,
        tuple(_squeeze_bone(bone, squeeze) for bone in bones),
        tuple(_squeeze_flesh(part, squeeze) for part in flesh),
    )


def _draw_carpals() -> list[Bone]:
    return [
        Bone(name, start, end, (radius * 1.05, radius * 1.22, radius * 1.1), 1.0, density=0.85)
        for name, start, end, radius in _CARPALS
    ]


def _draw_ray(
    name: str, base: Point, head: Point, lengths_mm: tuple[float, ...], flesh_mm: float
) -> tuple[list[Bone], Flesh]:
    length = math.dist(base, head)
    direction = ((head[0] - base[0]) / length, (head[1] - base[1]) / length)
    bones = [Bone(f"{name} metacarpal", base, head, _METACARPAL, 1.7, breakable=(0.2, 0.9))]
    tip = _step(head, direction, 2.0)
    for index, phalanx_mm in enumerate(lengths_mm):
        end = _step(tip, direction, phalanx_mm)
        widths = tuple(width * (1.0 - 0.14 * index) for width in _PHALANX)
        breakable = (0.2, 0.8) if index < 2 else None
        bones.append(Bone(f"{name} phalanx {index + 1}", tip, end, widths, 1.3, breakable=breakable))
        tip = _step(end, direction, 1.6)
    return bones, Flesh(head, _step(tip, direction, 4.0), (flesh_mm * 1.25, flesh_mm * 1.05, flesh_mm, flesh_mm * 0.85))


def _step(point: Point, direction: Point, distance_mm: float) -> Point:
    return (point[0] + direction[0] * distance_mm, point[1] + direction[1] * distance_mm)


def _squeeze_bone(bone: Bone, squeeze: float) -> Bone:
    if squeeze == 1.0:
        return bone
    start, end = (bone.start[0] * squeeze, bone.start[1]), (bone.end[0] * squeeze, bone.end[1])
    return Bone(
        bone.name, start, end, bone.half_widths_mm, bone.cortex_mm, bone.bow_mm * squeeze, bone.density, bone.breakable
    )


def _squeeze_flesh(part: Flesh, squeeze: float) -> Flesh:
    widths = tuple(width * (squeeze + (1 - squeeze) * 0.6) for width in part.half_widths_mm)
    return Flesh((part.start[0] * squeeze, part.start[1]), (part.end[0] * squeeze, part.end[1]), widths)
