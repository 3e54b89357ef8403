"""Which boxes of an image are shown, everywhere the same: in documents, in their captures, in the console."""

import math

from domain.finding import Box, FractureState, ImageReading
from reporting import wording


def select_boxes(reading: ImageReading) -> list[Box]:
    """Boxes of a positive or doubtful image: the best one, and those above the floor."""
    if reading.fracture is None or reading.fracture.state is FractureState.ABSENT:
        return []
    clipped = [box for box in (_clip(box, reading) for box in reading.boxes) if box is not None]
    ranked = sorted(clipped, key=lambda box: -box.probability)
    return ranked[:1] + [box for box in ranked[1:] if box.probability >= wording.BOX_FLOOR]


def _clip(box: Box, reading: ImageReading) -> Box | None:
    """Return the part of a box on the image, None when there is none."""
    x_min, x_max = max(box.x_min_px, 0.0), min(box.x_max_px, float(reading.columns))
    y_min, y_max = max(box.y_min_px, 0.0), min(box.y_max_px, float(reading.rows))
    if not (x_min < x_max and y_min < y_max and all(map(math.isfinite, (x_min, x_max, y_min, y_max)))):
        return None
    return Box(box.label, box.probability, x_min, y_min, x_max, y_max)
