"""What is asked of the generator, and what it gives back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.phantom.anatomy import BODY_PARTS
from inference.phantom.shapes import Box

FRONTAL_VIEWS = ("AP", "PA")
VIEWS: dict[str, tuple[str, ...]] = {
    "hand": (*FRONTAL_VIEWS, "LATERAL"),
    "leg": (*FRONTAL_VIEWS, "LATERAL"),
    "hip": FRONTAL_VIEWS,
    "shoulder": FRONTAL_VIEWS,
    "chest": FRONTAL_VIEWS,
}
"""Which views can be drawn of each region."""
PHOTOMETRIC_INTERPRETATIONS = ("MONOCHROME1", "MONOCHROME2")
MIN_SIDE_PX, MAX_SIDE_PX = 32, 8192


@dataclass(frozen=True)
class PhantomSpec:
    """One radiograph to draw; the same spec gives the same pixels.

    region: hand, leg, hip, shoulder, or chest (which is no limb and has no fracture).
    rows, columns: 32 to 8192. bits_stored: 8 to 16; 8 gives uint8 pixels, more gives uint16.
    view: one of VIEWS[region].
    laterality: the side of the body and the lead letter beside it; None draws either side without a letter.
    difficulty: 0 (a break anybody sees) to 1 (a hairline); None lets the seed decide.
    body_part: one of BODY_PARTS[region]; None lets the seed decide.
    broken_bone: name of the bone that breaks (radius, tibia, ...); None lets the seed decide.
    plain: no bangles, no flips, little tilt, a moderate field: a picture to show, rather than one to train on.

    Raises ValueError when a value is outside its range.
    """

    region: str
    fractured: bool
    rows: int
    columns: int
    seed: int
    laterality: str | None = None
    bits_stored: int = 8
    photometric_interpretation: str = "MONOCHROME2"
    view: str = "AP"
    difficulty: float | None = None
    body_part: str | None = None
    plain: bool = False
    broken_bone: str | None = None

    def __post_init__(self) -> None:
        if self.region not in BODY_PARTS:
            raise ValueError(f"region must be one of {', '.join(BODY_PARTS)}")
        body_parts = [name for name, _ in BODY_PARTS[self.region]]
        rules = {
            "body_part": self.body_part is None or self.body_part in body_parts,
            "rows": MIN_SIDE_PX <= self.rows <= MAX_SIDE_PX,
            "columns": MIN_SIDE_PX <= self.columns <= MAX_SIDE_PX,
            "seed": self.seed >= 0,
            "laterality": self.laterality in (None, "L", "R"),
            "bits_stored": 8 <= self.bits_stored <= 16,
            "photometric_interpretation": self.photometric_interpretation in PHOTOMETRIC_INTERPRETATIONS,
            "view": self.view in VIEWS[self.region],
            "difficulty": self.difficulty is None or 0.0 <= self.difficulty <= 1.0,
            "fractured": not (self.fractured and self.region == "chest"),
        }
        broken = [name for name, holds in rules.items() if not holds]
        if broken:
            raise ValueError(f"out of range for a {self.region} phantom: {', '.join(broken)}")


@dataclass(frozen=True, eq=False)
class Phantom:
    """A drawn radiograph.

    pixels: stored values, (rows, columns), uint8 or uint16, 0 to 2**bits_stored - 1.
    boxes: one tight box around each planted fracture.
    spacing_mm: side of a pixel in the patient, the same in both directions.
    patient_orientation: direction of the rows and of the columns (DICOM PS3.3 C.7.6.1.1.1).
    """

    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    spec: PhantomSpec
    boxes: tuple[Box, ...]
    body_part: str
    spacing_mm: float
    patient_orientation: tuple[str, str]
