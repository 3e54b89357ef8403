"""Knee, lower leg, ankle and foot. The origin is the knee joint; the fibula lies to the side."""

import math

from inference.phantom.shapes import Anatomy, Bone, Flesh, Point

_FEMUR = Bone("femur", (8, -420), (0, -14), (17, 16, 15, 15, 16, 18, 23, 33, 30), 5.0, 3, breakable=(0.72, 0.93))
_CONDYLES = (
    Bone("inner condyle", (-19, -44), (-19, -3), (20, 21, 19), 1.6, density=0.85, merged=True),
    Bone("outer condyle", (19, -43), (20, -4), (18.5, 20, 18), 1.6, density=0.85, merged=True),
)
_PLATEAU = Bone("tibial plateau", (-37, 13), (37, 13), (9, 9, 9), 1.8, density=0.8, merged=True)
_EMINENCE = Bone("eminence", (0, 16), (0, -2), (11, 5, 3), 1.2, density=0.7, merged=True)
_TIBIA = Bone("tibia", (0, 4), (-4, 372), (35, 33, 23, 16, 14, 13, 12, 12, 13, 17, 22), 4.6, -3, breakable=(0.12, 0.95))
_FIBULA = Bone("fibula", (31, 24), (21, 390), (10, 6.5, 5.5, 5.5, 5.5, 6, 7.5, 10), 2.0, -3, breakable=(0.1, 0.94))
_FRONT = (
    _FEMUR,
    *_CONDYLES,
    _TIBIA,
    _PLATEAU,
    _EMINENCE,
    _FIBULA,
    Bone("patella", (2, -46), (2, -8), (18, 21, 17), 1.5, density=0.35),
    Bone("talus", (-2, 376), (0, 400), (20, 21, 18), 1.2, density=0.9),
    Bone("calcaneus", (6, 396), (8, 440), (15, 17, 17), 1.2, density=0.8),
    Bone("midfoot", (-4, 402), (-16, 446), (20, 24, 26), 1.2, density=0.5),
)
_SIDE = (
    Bone("femur", (0, -420), (-6, -4), (17, 16, 15, 15, 16, 18, 22, 26, 24), 5.0, -8, breakable=(0.72, 0.93)),
    Bone("condyles", (-32, -22), (22, -18), (26, 27, 26), 1.8, density=0.85, merged=True),
    Bone("tibia", (0, 4), (-2, 372), (30, 25, 20, 17, 15, 14, 13, 13, 14, 18, 20), 4.6, 5, breakable=(0.12, 0.95)),
    Bone("fibula", (-18, 26), (-8, 390), (9, 6, 5.5, 5.5, 5.5, 6, 7, 9), 2.0, 0, breakable=(0.1, 0.94)),
    Bone("patella", (38, -48), (38, -10), (9, 11, 8), 1.8, density=0.9),
    Bone("talus", (-16, 386), (26, 396), (15, 17, 13), 1.4, density=0.9),
    Bone("calcaneus", (14, 412), (-46, 426), (14, 14, 17, 18), 1.6, density=0.85),
    Bone("navicular", (36, 394), (40, 412), (8, 9, 8), 1.2, density=0.8),
    Bone("cuboid", (28, 414), (50, 424), (11, 11, 10), 1.2, density=0.7),
    Bone("cuneiforms", (48, 398), (64, 410), (12, 12, 11), 1.2, density=0.8),
    *(
        Bone(
            f"metatarsal {ray + 1}",
            (64 - 5 * ray, 408 + 5 * ray),
            (128 - 7 * ray, 440 + 3 * ray),
            (8 - 0.5 * ray, 5, 4.5, 5.5, 7.5 - 0.5 * ray),
            1.8,
            breakable=(0.15, 0.9),
        )
        for ray in range(5)
    ),
    *(Bone(f"toe {ray + 1}", (134 - 8 * ray, 444), (160 - 10 * ray, 451), (5.5, 4, 4.5), 1.2) for ray in range(4)),
)
_LEG_FLESH = (
    Flesh((4, -560), (0, 70), (95, 90, 82, 72, 60, 54, 52)),
    Flesh((0, -70), (0, 395), (52, 54, 56, 61, 58, 48, 38, 32, 33)),
)
_FRONT_FLESH = (*_LEG_FLESH, Flesh((0, 360), (-4, 470), (34, 38, 43, 45)))
_SIDE_FLESH = (
    *_LEG_FLESH,
    Flesh((-2, 350), (0, 420), (36, 40, 32)),
    Flesh((-44, 422), (110, 432), (26, 34, 36, 30, 24)),
    Flesh((100, 436), (170, 452), (22, 14, 10)),
)
# name, base and head of the metatarsal, lengths of the phalanges; the big toe is on the inner side
_FOOT_RAYS: tuple[tuple[str, Point, Point, tuple[float, ...], float], ...] = (
    ("first", (-15, 452), (-30, 510), (30, 22), 1.45),
    ("second", (-6, 450), (-12, 518), (25, 12, 9), 0.9),
    ("third", (3, 452), (3, 514), (23, 10, 8), 0.85),
    ("fourth", (12, 454), (16, 508), (21, 9, 8), 0.85),
    ("fifth", (21, 452), (30, 500), (19, 8, 7), 0.9),
)
_TARSALS = (
    Bone("talus", (-3, 380), (-8, 412), (20, 20, 14), 1.4, density=0.9),
    Bone("calcaneus", (6, 372), (18, 424), (17, 18, 14), 1.4, density=0.8),
    Bone("navicular", (-24, 422), (2, 420), (7, 8, 7), 1.2, density=0.8),
    Bone("cuboid", (17, 426), (20, 448), (11, 12, 11), 1.2, density=0.8),
    Bone("first cuneiform", (-18, 430), (-17, 449), (8, 9, 9), 1.2, density=0.8),
    Bone("second cuneiform", (-6, 430), (-6, 447), (6, 6, 6), 1.2, density=0.8),
    Bone("third cuneiform", (4, 430), (5, 449), (6, 7, 6), 1.2, density=0.8),
)
_FIELDS: dict[str, tuple[Point, tuple[float, float]]] = {
    "KNEE": ((0, 0), (200, 280)),
    "LEG": ((6, 195), (210, 400)),
    "ANKLE": ((4, 360), (180, 230)),
    "FOOT": ((0, 460), (170, 250)),
}


def draw_leg(body_part: str, lateral: bool) -> Anatomy:
    """Return the anatomy of KNEE, LEG, ANKLE or FOOT; seen from the side when lateral."""
    centre, field_mm = _FIELDS[body_part]
    if lateral and body_part in ("ANKLE", "FOOT"):
        return Anatomy(body_part, (40, 400), (250, 240), _SIDE, _SIDE_FLESH)
    if lateral:
        return Anatomy(body_part, centre, field_mm, _SIDE, _SIDE_FLESH)
    if body_part == "FOOT":
        bones, flesh = _draw_foot()
        return Anatomy(body_part, centre, field_mm, bones, flesh)
    return Anatomy(body_part, centre, field_mm, _FRONT, _FRONT_FLESH)


def _draw_foot() -> tuple[tuple[Bone, ...], tuple[Flesh, ...]]:
    bones = [_TIBIA, _FIBULA, *_TARSALS]
    flesh = [*_LEG_FLESH, Flesh((4, 350), (-2, 512), (36, 36, 37, 42, 46, 46))]
    for name, base, head, lengths_mm, stout in _FOOT_RAYS:
        angle = math.atan2(head[1] - base[1], head[0] - base[0])
        widths = tuple(width * stout for width in (7.0, 4.8, 4.0, 4.2, 5.2, 6.6))
        bones.append(Bone(f"{name} metatarsal", base, head, widths, 1.8 * stout, breakable=(0.1, 0.9)))
        tip = (head[0] + 2 * math.cos(angle), head[1] + 2 * math.sin(angle))
        for index, length in enumerate(lengths_mm):
            end = (tip[0] + length * math.cos(angle), tip[1] + length * math.sin(angle))
            toe_widths = tuple(width * stout for width in (5.6, 3.9, 3.6, 4.6))
            bones.append(
                Bone(f"{name} toe {index + 1}", tip, end, toe_widths, 1.2, breakable=(0.3, 0.7) if not index else None)
            )
            tip = (end[0] + 1.5 * math.cos(angle), end[1] + 1.5 * math.sin(angle))
        flesh.append(Flesh(head, tip, (11 * stout, 10 * stout, 8 * stout)))
    return tuple(bones), tuple(flesh)
