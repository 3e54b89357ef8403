"""What an image is like before any model speaks of it: numbers by which a physicist knows detector and processing.

No number here says anything of a patient that an image of somebody else could not have.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class ImageMeasures:
    """Measures of one image, each rounded to its DIGITS; None where it has none.

    Attributes:
        matrix_px: the long side, the larger of Rows (0028,0010) and Columns (0028,0011).
        field_mm: the long side of the imaged field: rows or columns by the spacing of their pixels, at the detector
            where the header says that (ImagerPixelSpacing), else PixelSpacing or NominalScannedPixelSpacing.
        inverted: 1 where low stored values are shown white (MONOCHROME1, or PresentationLUTShape INVERSE), else 0.
        contrast: from the 1st to the 99th percentile of the greys as displayed, 0..1 of what a display can show.
        brightness: mean grey between the percentiles that the models see as black and white, 0..1.
        entropy_bits: of the histogram of those greys in 32 bins, 0..5.
        clipped: share of pixels within half a per cent of the darkest or the brightest grey that the image has, 0..1.
        sharpness: decimal logarithm of the variance of the Laplacian by that of the grey, in the middle of the finest
            canvas that a model was given; about -3 for smooth shadows, above 0 for noise.
        distance: from the radiographs that the region model was trained on, by the distance from which an image is not
            analysed: 1 is that limit.
    """

    matrix_px: float | None = None
    field_mm: float | None = None
    inverted: float | None = None
    contrast: float | None = None
    brightness: float | None = None
    entropy_bits: float | None = None
    clipped: float | None = None
    sharpness: float | None = None
    distance: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not math.isfinite(value):
                raise ValueError(f"{field.name} is a finite number")

    def as_json(self) -> dict[str, float]:
        """Return the measures that there are, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, said: dict[str, float]) -> Self:
        """Return the measures of their JSON; one that this version does not know is left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: float(value) for name, value in said.items() if name in known})


#: Every measure by its name, in the order in which people read them.
MEASURE_NAMES = tuple(field.name for field in fields(ImageMeasures))
#: Digits after the point that are kept of each measure.
DIGITS: Final[Mapping[str, int]] = {
    "matrix_px": 0,
    "field_mm": 0,
    "inverted": 0,
    "contrast": 3,
    "brightness": 3,
    "entropy_bits": 2,
    "clipped": 4,
    "sharpness": 3,
    "distance": 3,
}
