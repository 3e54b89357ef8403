"""What the models say of an image and of a study: pixels in, these nouns out.

Coordinates are pixels of the stored image: origin at the outer corner of the top-left pixel, x to the right, y down
(the SCOORD convention of PS3.3 C.18.6), whatever the models saw.
Probabilities are calibrated and lie in 0..1.
"""

from dataclasses import dataclass
from enum import StrEnum

#: x_min, y_min, x_max, y_max of an axis-parallel box.
Corners = tuple[float, float, float, float]


class FractureState(StrEnum):
    """The statement about a fracture: PS3.16 CID 240 Present, Absent, Undetermined."""

    PRESENT = "present"
    ABSENT = "absent"
    DOUBT = "doubt"


class ReadingStatus(StrEnum):
    """Whether the models spoke of an image."""

    READ = "read"
    NOT_ANALYSED = "not_analysed"
    FAILED = "failed"


def _require_probability(value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"a probability lies in 0..1, not {value}")


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel box around one finding, in stored-image pixels."""

    label: str
    probability: float
    x_min_px: float
    y_min_px: float
    x_max_px: float
    y_max_px: float

    def __post_init__(self) -> None:
        _require_probability(self.probability)
        if not (self.x_min_px < self.x_max_px and self.y_min_px < self.y_max_px):
            raise ValueError("a box has a positive width and height")

    @property
    def corners(self) -> Corners:
        """The edges in pixels of the stored image."""
        return self.x_min_px, self.y_min_px, self.x_max_px, self.y_max_px

    def overlap(self, other: "Box") -> float:
        """Return the intersection of two boxes of one image over their union, 0 to 1."""
        width = min(self.x_max_px, other.x_max_px) - max(self.x_min_px, other.x_min_px)
        height = min(self.y_max_px, other.y_max_px) - max(self.y_min_px, other.y_min_px)
        shared = max(0.0, width) * max(0.0, height)
        areas = [(box.x_max_px - box.x_min_px) * (box.y_max_px - box.y_min_px) for box in (self, other)]
        return shared / (sum(areas) - shared)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label with its probability: a region of the body, or a fracture type."""

    label: str
    probability: float

    def __post_init__(self) -> None:
        _require_probability(self.probability)


@dataclass(frozen=True, slots=True)
class Fracture:
    """The image-level statement; `interval` is the spread over the ensemble."""

    state: FractureState
    probability: float
    interval: tuple[float, float]

    def __post_init__(self) -> None:
        for value in (self.probability, *self.interval):
            _require_probability(value)


@dataclass(frozen=True, slots=True)
class MemberScore:
    """What one model said, and how long it took. `probability` is None for a model that scores no fracture."""

    model: str
    version: str
    sha256: str
    probability: float | None
    milliseconds: float


@dataclass(frozen=True, slots=True)
class SilentMember:
    """A model that was asked and gave no answer in time; `reason` is a code of inference/reasons.py."""

    model: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an image was not analysed: a stable code (inference/eligibility.py lists them) and a sentence in ASCII."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ImageReading:
    """The answer for one image. Either it was read, or `reason` says why not; never silence.

    Attributes:
        rows, columns: of the stored image in pixels, 0 where it could not be decoded.
        boxes: every box above the reporting floor, whatever the operating point, highest probability first.
        members: the models that spoke.
        silent: those that were asked and did not; what was said was said without them.
        model_set: digest over the names, versions and hashes of the whole ensemble; part of every result UID.
    """

    sop_instance_uid: str
    sop_class_uid: str
    status: ReadingStatus
    model_set: str
    reason: Reason | None = None
    rows: int = 0
    columns: int = 0
    region: Labelled | None = None
    fracture: Fracture | None = None
    boxes: tuple[Box, ...] = ()
    types: tuple[Labelled, ...] = ()
    members: tuple[MemberScore, ...] = ()
    silent: tuple[SilentMember, ...] = ()
    milliseconds: float = 0.0

    def __post_init__(self) -> None:
        read = self.status is ReadingStatus.READ
        if read and (self.fracture is None or self.region is None or self.reason is not None):
            raise ValueError("a read image has a region and a fracture statement, and no reason")
        if not read and (self.reason is None or self.fracture is not None or self.boxes):
            raise ValueError("an image that was not read has a reason, no fracture statement and no box")


@dataclass(frozen=True, slots=True)
class StudyFindings:
    """The answer for one study: one reading per image, in the order of the images.

    `fracture` is None where no image was read.
    """

    study_instance_uid: str
    model_set: str
    readings: tuple[ImageReading, ...]
    fracture: Fracture | None

    def __post_init__(self) -> None:
        if not self.readings:
            raise ValueError("a study has at least one image")
        if (self.fracture is None) != (not self.read):
            raise ValueError("a study has a fracture statement exactly where an image was read")

    @property
    def read(self) -> tuple[ImageReading, ...]:
        """The readings of images that were read."""
        return tuple(reading for reading in self.readings if reading.status is ReadingStatus.READ)

    @property
    def unread(self) -> tuple[ImageReading, ...]:
        """The readings that say why an image was not read."""
        return tuple(reading for reading in self.readings if reading.status is not ReadingStatus.READ)
