"""The measurements of a report, and the image that each was inferred from (PS3.16 TID 300 and 320).

What is measured of a whole image names the corners of that image. That is more than the Standard asks, and what OHIF
needs: it opens a report only where every measurement group has coordinates on an image. They are points, for an outline
would be drawn as the box of a finding.
"""

import numpy as np
from highdicom import sr

from reporting import codes
from reporting.statement import ImageStatement, StudyStatement


def measure_box(probability: float) -> sr.Measurement:
    """Return the certainty of one box, whose region stands beside it; `probability` in 0 to 1."""
    return _certainty(probability)


def measure_image(image: ImageStatement) -> sr.Measurement:
    """Return the certainty of one image that was read, inferred from all of it."""
    assert image.fracture is not None
    return _certainty(image.fracture.probability, image)


def measure_study(statement: StudyStatement) -> list[sr.Measurement]:
    """Return the certainty of the study, inferred from the image that decides it; of one nobody could read, 0 images.

    Empty where nothing was read and no image states its size.
    """
    fracture = statement.result.fracture
    if fracture is not None:
        decisive = next((image for image in statement.read if image.fracture == fracture), statement.read[0])
        return [_certainty(fracture.probability, decisive)]
    shown = next((image for image in statement.images if any(image.source.extent_px)), None)
    return [sr.Measurement(codes.IMAGES_READ, 0, codes.COUNT, referenced_coordinates=_corners(shown))] if shown else []


def _certainty(probability: float, image: ImageStatement | None = None) -> sr.Measurement:
    return sr.Measurement(
        codes.CERTAINTY_OF_FINDING,
        round(100 * probability, 1),
        codes.PERCENT,
        referenced_coordinates=_corners(image) if image else None,
    )


def _corners(image: ImageStatement) -> list[sr.CoordinatesForMeasurement]:
    """The corners of an image as (column, row), clockwise from the top left."""
    right, bottom = image.source.extent_px
    corners = np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]], dtype=np.float64)
    source = sr.SourceImageForRegion(image.reading.sop_class_uid, image.reading.sop_instance_uid)
    return [sr.CoordinatesForMeasurement("MULTIPOINT", corners, source)]
