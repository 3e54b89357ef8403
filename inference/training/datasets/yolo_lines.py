"""One box of a YOLO label file: `class centre_x centre_y width height`, in 0..1 of the picture, y down."""

from collections.abc import Sequence
from pathlib import Path

from inference.training.datasets.labelled import LabelledBox

#: Below a hundred-thousandth of a pixel in the largest picture that is read.
DECIMALS = 10


def read_boxes(path: Path, classes: Sequence[str], rows: int, columns: int) -> tuple[LabelledBox, ...]:
    """Return the boxes of a label file in pixels of a picture of that size; none where there is no file.

    Raises:
        ValueError: a line is no box, or of a class that is not there.
    """
    if not path.is_file():
        return ()
    lines = path.read_text().splitlines()
    try:
        return tuple(parse_box(line, classes, rows, columns) for line in lines if line.strip())
    except (ValueError, IndexError) as error:
        raise ValueError(f"{path} is no label file in YOLO's format of {len(classes)} classes: {error}") from error


def parse_box(line: str, classes: Sequence[str], rows: int, columns: int) -> LabelledBox:
    """Return the box of one line, in pixels of a picture of that size, and within it.

    Raises:
        ValueError: the line has not five numbers, its class is not there, or the box has no area in the picture.
    """
    label, *numbers = line.split()
    centre_x, centre_y, width, height = (float(number) for number in numbers)
    if not 0 <= int(label) < len(classes):
        raise ValueError(f"there is no class {label}")
    return LabelledBox(
        label=classes[int(label)],
        x_min_px=_within((centre_x - width / 2) * columns, columns),
        y_min_px=_within((centre_y - height / 2) * rows, rows),
        x_max_px=_within((centre_x + width / 2) * columns, columns),
        y_max_px=_within((centre_y + height / 2) * rows, rows),
    )


def format_box(box: LabelledBox, classes: Sequence[str], rows: int, columns: int) -> str | None:
    """Return the line of a box, cut to a picture of that size; None where nothing of it lies in the picture.

    Raises:
        ValueError: its label is none of the classes.
    """
    x_min, x_max = (_within(x, columns) / columns for x in (box.x_min_px, box.x_max_px))
    y_min, y_max = (_within(y, rows) / rows for y in (box.y_min_px, box.y_max_px))
    if not (x_min < x_max and y_min < y_max):
        return None
    numbers = ((x_min + x_max) / 2, (y_min + y_max) / 2, x_max - x_min, y_max - y_min)
    return " ".join([str(list(classes).index(box.label)), *(f"{number:.{DECIMALS}f}" for number in numbers)])


def _within(position: float, length: int) -> float:
    return min(max(position, 0.0), float(length))
