"""What every dataset is read into: images on disk with the labels their authors gave them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """An annotated box in pixels of the stored image: corner-based, x to the right, y down."""

    label: str
    x_min_px: float
    y_min_px: float
    x_max_px: float
    y_max_px: float

    def __post_init__(self) -> None:
        if not (self.x_min_px < self.x_max_px and self.y_min_px < self.y_max_px):
            raise ValueError("a box has a positive width and height")


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One radiograph of a dataset. What its authors did not label is None, or empty.

    Attributes:
        path: PNG, JPEG or Part 10 file.
        patient: what a split must keep together; the image's own name where the dataset names no patient.
        study: images of one examination, reported together by some sources.
        split: the authors' own split, where they published one.
        regions: parts of the body it shows, in the dataset's words, lower case; several where it shows several.
        abnormal: fractured, or abnormal where the dataset asks for more than fractures.
        fracture_type: one of the ten types of the bone-break set.
        age_years: of the patient, where known.
    """

    path: Path
    patient: str
    study: str
    split: str | None = None
    regions: tuple[str, ...] = ()
    abnormal: bool | None = None
    fracture_type: str | None = None
    boxes: tuple[LabelledBox, ...] = ()
    age_years: float | None = None


@dataclass(frozen=True, slots=True)
class Splits:
    """Images by use; no patient stands in two of them."""

    training: tuple[LabelledImage, ...]
    validation: tuple[LabelledImage, ...]
    test: tuple[LabelledImage, ...]


#: Reads the published folder layout of one dataset. Raises FileNotFoundError or ValueError that say what is missing.
DatasetReader = Callable[[Path], Sequence[LabelledImage]]
DatasetReaders = Mapping[str, DatasetReader]
