"""A radiograph with a bright rectangle at a known place, in every way that a detector may store it.

The truth is measured in the stored pixels that were written, whatever was done to them before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from domain.finding import Box, FractureState
from inference.radiograph import Radiograph, develop
from reporting.evidence import ImageEvidence
from reporting.statement import StudyStatement, state
from tests.fakes.pixel_images import WHOLE_WINDOW, make_image
from tests.fakes.report_sources import STUDY_INSTANCE_UID, find, make_context, read_image

Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]
#: left, top, right, bottom: the first column and row, and those after the last.
Edges = tuple[int, int, int, int]
_DARK, _BRIGHT, _BETWEEN = (200, 400), 4000, 2000
_OPPOSITE = {"L": "R", "R": "L", "H": "F", "F": "H"}


@dataclass(frozen=True)
class Scene:
    """What is planted where, and how it is stored.

    Attributes:
        planted: the rectangle in the picture as it was drawn.
        quarter_turns, mirrored: done to the picture before it is stored, as a detector's post-processing does.
        inverse: stored as MONOCHROME1.
        aspect: PixelAspectRatio, down and across.
        cut: columns and rows that collimation cut off at the left and at the top.
        capture_side_px: the longest side of a capture's picture.
    """

    rows: int = 300
    columns: int = 240
    planted: Edges = (30, 200, 110, 280)
    quarter_turns: int = 0
    mirrored: bool = False
    inverse: bool = False
    aspect: tuple[int, int] = (1, 1)
    cut: tuple[int, int] = (0, 0)
    state: FractureState = FractureState.PRESENT
    capture_side_px: int = 2048

    def store(self) -> Dataset:
        """Return the image as it is stored."""
        pixels = np.full((self.rows, self.columns), _DARK[1], np.uint16)
        pixels[::2] = _DARK[0]
        left, top, right, bottom = self.planted
        pixels[top:bottom, left:right] = _BRIGHT
        pixels = np.rot90(pixels, self.quarter_turns)
        pixels = np.fliplr(pixels) if self.mirrored else pixels
        pixels = np.ascontiguousarray(pixels[self.cut[1] :, self.cut[0] :])
        return make_image(
            4095 - pixels if self.inverse else pixels,
            PhotometricInterpretation="MONOCHROME1" if self.inverse else "MONOCHROME2",
            PatientOrientation=self.orientation,
            PixelAspectRatio=list(self.aspect),
            StudyInstanceUID=STUDY_INSTANCE_UID,
            Laterality="L",
            **WHOLE_WINDOW,
        )

    @property
    def orientation(self) -> list[str]:
        """Patient Orientation of rows and columns as stored: L\\F in the picture as it was drawn."""
        across, down = "L", "F"
        for _ in range(self.quarter_turns):
            across, down = down, _OPPOSITE[across]
        return [_OPPOSITE[across] if self.mirrored else across, down]


def measure(bright: Mask) -> Edges:
    """Return the rectangle around what is bright."""
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def see(ds: Dataset) -> Mask:
    """Return which stored pixels are of the rectangle, whatever the photometric interpretation."""
    stored = ds.pixel_array.astype(np.int32)
    bright = stored > _BETWEEN
    return ~bright if ds.PhotometricInterpretation == "MONOCHROME1" else bright


def state_box(scene: Scene, ds: Dataset, edges: tuple[float, float, float, float]) -> StudyStatement:
    """Return the statement of a model that found one box."""
    header = Dataset({element.tag: element for element in ds if element.keyword != "PixelData"})
    reading = read_image(header, scene.state, (Box("fracture", 0.9, *edges),))
    evidence = ImageEvidence(header, look(ds).image.bytes())
    return state(make_context(capture_side_px=scene.capture_side_px), find(reading), [evidence])


def look(ds: Dataset) -> Radiograph:
    """Return the image as a reader displays it."""
    return develop(ds)


def is_bright(pixels: Pixels) -> Mask:
    """The rectangle on a sheet: grey and bright, as no word or line is."""
    return np.asarray((pixels.min(axis=-1) > 128) & (np.ptp(pixels, axis=-1) == 0))


def assert_shown_as_stored(pixels: Pixels, stored: Mask) -> None:
    """Fail where a sheet's picture is turned, mirrored, or another's: the rectangle lies in it where it was stored."""
    grey = np.ptp(pixels, axis=-1) == 0
    rows, columns = np.flatnonzero(grey.mean(axis=1) > 0.15), np.flatnonzero(grey.mean(axis=0) > 0.15)
    shown, planted = measure(is_bright(pixels)), measure(stored)
    size, whole = (np.ptp(columns) + 1, np.ptp(rows) + 1), (stored.shape[1], stored.shape[0])
    for place in range(4):
        of_picture = (shown[place] - (columns[0], rows[0])[place % 2]) / size[place % 2]
        assert abs(of_picture - planted[place] / whole[place % 2]) < 1.5 / min(size)
