"""The nouns a drawn body is made of.

Lengths are millimetres. The axes are those of an antero-posterior view of the patient's left side: x runs to the
patient's left (the right of the picture), y to the feet (down).
"""

from dataclasses import dataclass

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""x_min, y_min, x_max, y_max in pixels from the outer corner of the top-left pixel; the first pixel is (0, 0, 1, 1)."""


@dataclass(frozen=True)
class Bone:
    """A hollow tube along a gently bowed axis.

    half_widths_mm: outer radius at equal steps from start to end; the ends are rounded off.
    bow_mm: sideways sag of the axis at its middle, positive to the left of the walk from start to end.
    cortex_mm: thickness of the dense wall at mid shaft; it thins towards the ends.
    breakable: fractions of the length between which this bone is apt to break, or None.
    merged: grown together with what is drawn before it (a femoral head and its neck), not lying over it.
    """

    name: str
    start: Point
    end: Point
    half_widths_mm: tuple[float, ...]
    cortex_mm: float = 1.5
    bow_mm: float = 0.0
    density: float = 1.0
    breakable: tuple[float, float] | None = None
    merged: bool = False

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError(f"bone {self.name} has no length")
        if not self.half_widths_mm or min(self.half_widths_mm) <= 0:
            raise ValueError(f"bone {self.name} needs positive half widths")


@dataclass(frozen=True)
class Plate:
    """A flat bone or an organ: a closed outline, with a denser rim when rim_mm is positive."""

    outline: tuple[Point, ...]
    density: float
    rim_mm: float = 0.0
    blur_mm: float = 0.0


@dataclass(frozen=True)
class Flesh:
    """A soft tissue cylinder; half_widths_mm at equal steps from start to end."""

    start: Point
    end: Point
    half_widths_mm: tuple[float, ...]


@dataclass(frozen=True)
class Anatomy:
    """Everything drawn for one body part.

    centre: the point that is put in the middle of the picture. field_mm: width and height that shall be visible.
    air: plates that take soft tissue away (lungs, bowel gas); organs: plates that add soft tissue.
    """

    body_part: str
    centre: Point
    field_mm: tuple[float, float]
    bones: tuple[Bone, ...]
    flesh: tuple[Flesh, ...]
    plates: tuple[Plate, ...] = ()
    air: tuple[Plate, ...] = ()
    organs: tuple[Plate, ...] = ()
