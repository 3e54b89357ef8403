"""Drawing: a picture with boxes, a banner above it and a legend below it. Nothing here knows DICOM.

The banner and the legend stand outside the picture; only a box's outline and its small label lie on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from reporting.captures.lettering import fit, font

Colour = tuple[int, int, int]
Pixels = NDArray[np.uint8]

INK: Colour = (13, 18, 25)
PANEL: Colour = (24, 32, 42)
TEXT: Colour = (226, 232, 238)
QUIET: Colour = (139, 152, 166)
NOTICE: Colour = (232, 190, 116)

MIN_WIDTH_PX = 640
_PLATE_SHARE = 1 / 5  # of the height of a picture, at most, for a label
_SCALE_LENGTH = 8  # of a colour scale, in heights of its letters
_FONT_SHARE, _FONT_MIN_PX, _FONT_MAX_PX = 1 / 62, 12, 34


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to draw, in pixels of the picture; `dashed` for doubt."""

    left: float
    top: float
    right: float
    bottom: float
    label: str
    colour: Colour
    dashed: bool

    def move(self, across: float, down: float) -> "Mark":
        """Return the same box at another place."""
        edges = (self.left + across, self.top + down, self.right + across, self.bottom + down)
        return Mark(*edges, self.label, self.colour, self.dashed)


@dataclass(frozen=True, slots=True, eq=False)
class ColourScale:
    """A bar of colours with the numbers at its ends, and in words what they measure."""

    colours: Pixels  # (n, 3), from the low end to the high
    low: str
    high: str
    words: str


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands around the picture."""

    product: str
    notice: str
    headline: str
    detail: str
    place: str
    software: str
    models: str
    review: str
    colour: Colour
    place_colour: Colour = TEXT
    legend: tuple[tuple[str, Colour, bool], ...] = ()
    scale: ColourScale | None = None
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """The drawn sheet: (rows, columns, 3) uint8 RGB, and where the picture lies on it."""

    pixels: Pixels
    picture_left: int
    picture_top: int


def draw_sheet(picture: Pixels, marks: Sequence[Mark], caption: Caption) -> Sheet:
    """Draw a sheet around an (r, c) uint8 picture; every pixel of the picture away from marks stays as it is."""
    rows, columns = picture.shape
    width = max(columns, MIN_WIDTH_PX)
    size = round(min(max(width * _FONT_SHARE, _FONT_MIN_PX), _FONT_MAX_PX))
    banner, footer = _draw_banner(caption, width, size), _draw_footer(caption, width, size)
    left, top = (width - columns) // 2, banner.shape[0]
    pixels = np.empty((top + rows + footer.shape[0], width, 3), np.uint8)
    pixels[:top], pixels[top + rows :] = banner, footer
    pixels[top : top + rows, :left] = pixels[top : top + rows, left + columns :] = INK
    field = pixels[top : top + rows, left : left + columns]
    cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB, dst=field)
    stroke = max(2, round(max(rows, columns) / 550))
    draw_boxes(field, marks, stroke)
    for mark in marks:
        _draw_label(field, mark, stroke, size)
    return Sheet(pixels, left, top)


def draw_boxes(field: Pixels, marks: Sequence[Mark], stroke: int) -> None:
    """Draw the outlines of boxes on an (r, c, 3) picture, without labels: each lies around its box, never on it."""
    for mark in marks:
        _draw_box(field, mark, stroke)


def draw_placeholder(text: str) -> Pixels:
    """Return a dark (r, c) picture that says in words that there is none."""
    image = Image.new("L", (960, 220), 14)
    ImageDraw.Draw(image).text((480, 110), text, fill=150, font=font(22), anchor="mm")
    return np.asarray(image)


def _draw_banner(caption: Caption, width: int, size: int) -> Pixels:
    """Three lines: who speaks and how far to trust it; the statement; where."""
    pad, headline_size = round(size * 0.9), round(size * 1.7)
    height = pad * 2 + size + headline_size + size + round(size * 1.25)
    image = Image.new("RGB", (width, height), INK)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, round(size * 0.4), height), fill=caption.colour)
    left, right = pad + round(size * 0.4), width - pad
    split = left + (right - left) * 0.3
    first = pad + size // 2
    write(draw, (left, first), caption.product, size, split - left, QUIET, "lm")
    write(draw, (right, first), caption.notice, size, right - split - size, NOTICE, "rm")
    second = first + size // 2 + round(size * 0.6) + headline_size // 2
    said = write(draw, (left, second), caption.headline, headline_size, (right - left) * 0.62, caption.colour, "lm")
    write(draw, (right, second), caption.detail, size, right - left - said - size, TEXT, "rm")
    third = second + headline_size // 2 + round(size * 0.6) + size // 2
    write(draw, (left, third), caption.place, size, right - left, caption.place_colour, "lm")
    return np.asarray(image)


def _draw_footer(caption: Caption, width: int, size: int) -> Pixels:
    """The legend of the marks and the software; who has not yet looked, and a note; the models."""
    small, pad = round(size * 0.85), round(size * 0.9)
    step = small + round(small * 0.7)
    height = pad * 2 + small + 2 * step
    image = Image.new("RGB", (width, height), PANEL)
    draw = ImageDraw.Draw(image)
    left, first = float(pad), pad + small // 2
    for text, colour, dashed in caption.legend:
        left = draw_legend(draw, left, first, (text, colour, dashed), small)
    if caption.scale is not None:
        left = _draw_scale(image, left, first, caption.scale, small)
    write(draw, (width - pad, first), caption.software, small, width - pad - left - small, QUIET, "rm")
    middle = width * (0.45 if caption.note else 1) - pad
    write(draw, (pad, first + step), caption.review, small, middle - pad, QUIET, "lm")
    write(draw, (width - pad, first + step), caption.note, small, width * 0.55 - pad, TEXT, "rm")
    write(draw, (pad, first + 2 * step), caption.models, small, width - 2 * pad, QUIET, "lm")
    return np.asarray(image)


def draw_legend(
    draw: ImageDraw.ImageDraw, left: float, middle: int, entry: tuple[str, Colour, bool], size: int
) -> float:
    """Draw one sample with its word; return where the next may start."""
    text, colour, dashed = entry
    sample, stroke = size * 2.2, max(2, size // 8)
    pieces = 3 if dashed else 1
    piece = sample / (2 * pieces - 1)
    for index in range(pieces):
        start = left + 2 * index * piece
        draw.rectangle((start, middle - stroke / 2, start + piece, middle + stroke / 2), fill=colour)
    draw.text((left + sample + size * 0.6, middle), text, fill=TEXT, font=font(size), anchor="lm")
    return left + sample + size * 2.2 + draw.textlength(text, font=font(size))


def _draw_scale(image: Image.Image, left: float, middle: int, scale: ColourScale, size: int) -> float:
    """Draw a bar of colours between its two numbers, then its words; return where the next may start."""
    draw, face, gap = ImageDraw.Draw(image), font(size), round(size * 0.5)
    length, height = round(size * _SCALE_LENGTH), round(size * 0.9)
    start = round(left + draw.textlength(scale.low, font=face)) + gap
    bar = cv2.resize(scale.colours[None], (length, height), interpolation=cv2.INTER_LINEAR)
    image.paste(Image.fromarray(bar), (start, middle - height // 2))
    end = start + length + gap
    words = f"{scale.high}   {scale.words}"
    draw.text((left, middle), scale.low, fill=TEXT, font=face, anchor="lm")
    draw.text((end, middle), words, fill=TEXT, font=face, anchor="lm")
    return end + draw.textlength(words, font=face) + 2 * gap


def write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, width: float, fill: Colour, anchor: str
) -> float:
    """Write one line at a point (x, y), as large as fits the width; `anchor` in Pillow's two letters.

    Returns the width that it took.
    """
    fitted, fitting_size = fit(text, size, width)
    draw.text(at, fitted, fill=fill, font=font(fitting_size), anchor=anchor)
    return float(font(fitting_size).getlength(fitted))


def _draw_box(field: Pixels, mark: Mark, stroke: int) -> None:
    """Draw an outline whose inner edge is the box: the finding itself stays uncovered."""
    left, top, right, bottom = (round(v) for v in (mark.left, mark.top, mark.right, mark.bottom))
    # A small box has short dashes: it must not look solid.
    dash = min(stroke * 6, max(stroke, min(right - left, bottom - top) // 5)) if mark.dashed else 0
    for start in (left - stroke, right):
        _draw_line(field, (top - stroke, start), (bottom - top + 2 * stroke, stroke), dash, mark.colour)
    for start in (top - stroke, bottom):
        _draw_line(field, (start, left - stroke), (stroke, right - left + 2 * stroke), dash, mark.colour)


def _draw_line(field: Pixels, at: tuple[int, int], extent: tuple[int, int], dash: int, colour: Colour) -> None:
    """Fill a strip at (row, column) of (rows, columns), in dashes along its longer side where dash > 0."""
    (row, column), (rows, columns) = at, extent
    along = max(rows, columns)
    for start in range(0, along, 2 * dash) if dash else (0,):
        length = min(dash or along, along - start)
        if rows >= columns:
            _fill(field, row + start, row + start + length, column, column + columns, colour)
        else:
            _fill(field, row, row + rows, column + start, column + start + length, colour)


def _fill(field: Pixels, top: int, bottom: int, left: int, right: int, colour: Colour) -> None:
    """Fill what lies on the field."""
    field[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = colour


def _draw_label(field: Pixels, mark: Mark, stroke: int, size: int) -> None:
    """Write a box's label on a dark plate outside the box: above it, else below, else at the picture's edge.

    A picture so small that the plate would hide a good part of it has none: the banner says how sure the models are.
    """
    rows, columns = field.shape[:2]
    plate = _draw_plate(mark, size)
    height, width = plate.shape[:2]
    if width > columns or height > rows * _PLATE_SHARE:
        return
    top = round(mark.top) - 2 * stroke - height
    if top < 0:
        top = min(round(mark.bottom) + 2 * stroke, rows - height)
    left = min(max(round(mark.left) - stroke, 0), columns - width)
    field[top : top + height, left : left + width] = plate


def _draw_plate(mark: Mark, size: int) -> Pixels:
    face, pad = font(size), max(3, size // 3)
    width = round(face.getlength(mark.label)) + 2 * pad
    image = Image.new("RGB", (width, size + 2 * pad), INK)
    ImageDraw.Draw(image).text((pad, size // 2 + pad), mark.label, fill=mark.colour, font=face, anchor="lm")
    return np.asarray(image)
