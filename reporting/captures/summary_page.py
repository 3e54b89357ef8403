"""The summary page: a notice, the study's statement, a card for each image, and who spoke. Nothing here knows DICOM."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw

from reporting.captures.canvas import INK, NOTICE, PANEL, QUIET, TEXT, Colour, Pixels, draw_boxes, draw_legend, write
from reporting.captures.lettering import fit, font, shorten, wrap
from reporting.captures.summary_cards import Card, Line
from reporting.captures.summary_layout import (
    BAR_PX,
    FOOTER_BAND,
    HEADER_BAND,
    HEADLINE_SIZE_PX,
    MARGIN_PX,
    NOTICE_BAND,
    PADDING_PX,
    PAGE_HEIGHT_PX,
    PAGE_WIDTH_PX,
    SMALL_SIZE_PX,
    TITLE_SIZE_PX,
    Grid,
    Rectangle,
)

_NOTICE_GROUND: Final[Colour] = (56, 45, 24)
_WELL: Final[Colour] = (6, 9, 13)
_LEADING: Final = 1.3
_CORNER_PX: Final = 8
#: Text that does not fit its card is made smaller in these steps, and then shortened.
_STEPS: Final = (1.0, 0.92, 0.85, 0.78)
_LEFT, _RIGHT = MARGIN_PX, PAGE_WIDTH_PX - MARGIN_PX


#: The lines of a text, their size, and the height of each, in pixels.
Broken = tuple[list[str], int, float]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many images say what."""

    words: str
    colour: Colour


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Everything on one page of a summary, in words."""

    title: str
    number: str
    notice: str
    review: str
    headline: str
    colour: Colour
    certainty: str
    coverage: str
    coverage_colour: Colour
    tallies: tuple[Tally, ...]
    contradictions: str
    cards: tuple[Card, ...]
    grid: Grid
    legend: tuple[tuple[str, Colour, bool], ...]
    software: str
    models: str
    silence: str


def thumbnail_room(grid: Grid, index: int) -> Rectangle:
    """Return where the thumbnail of a card may stand: the outline of a box at its very edge has room around it."""
    return grid.split(index)[0].shrink(grid.stroke_px)


def draw_page(page: Page, side_px: int) -> Pixels:
    """Draw a page as (r, c, 3) uint8 RGB, its longest side at most `side_px`."""
    image = Image.new("RGB", (PAGE_WIDTH_PX, PAGE_HEIGHT_PX), INK)
    draw = ImageDraw.Draw(image)
    _draw_notice(draw, page)
    _draw_header(draw, page)
    for index, card in enumerate(page.cards):
        _draw_card(draw, card, page.grid, index)
    _draw_footer(draw, page)
    pixels = np.array(image)
    for index, card in enumerate(page.cards):
        _draw_thumbnail(pixels, card, page.grid, index)
    return _bound(pixels, side_px)


def _bound(pixels: Pixels, side_px: int) -> Pixels:
    scale = side_px / max(pixels.shape)
    if scale >= 1.0:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _draw_notice(draw: ImageDraw.ImageDraw, page: Page) -> None:
    top, bottom = NOTICE_BAND
    draw.rectangle((0, top, PAGE_WIDTH_PX, bottom - 1), fill=_NOTICE_GROUND)
    middle, half = (top + bottom) // 2, (_RIGHT - _LEFT) / 2
    write(draw, (_LEFT, middle), page.notice, TITLE_SIZE_PX, half, NOTICE, "lm")
    write(draw, (_RIGHT, middle), page.review, SMALL_SIZE_PX, half - MARGIN_PX, NOTICE, "rm")


def _draw_header(draw: ImageDraw.ImageDraw, page: Page) -> None:
    """Title and page; the statement and its certainty; how much was read and what was found; what contradicts."""
    top, bottom = HEADER_BAND
    draw.rectangle((0, top, 2 * BAR_PX, bottom - 1), fill=page.colour)
    split = _LEFT + (_RIGHT - _LEFT) * 0.72
    rows = (top + 30, top + 84, top + 138, top + 174)
    write(draw, (_LEFT, rows[0]), page.title, SMALL_SIZE_PX, split - _LEFT, QUIET, "lm")
    write(draw, (_RIGHT, rows[0]), page.number, SMALL_SIZE_PX, _RIGHT - split, QUIET, "rm")
    write(draw, (_LEFT, rows[1]), page.headline, HEADLINE_SIZE_PX, split - _LEFT, page.colour, "lm")
    write(draw, (_RIGHT, rows[1]), page.certainty, TITLE_SIZE_PX + 4, _RIGHT - split, TEXT, "rm")
    write(draw, (_LEFT, rows[2]), page.coverage, TITLE_SIZE_PX, split - _LEFT, page.coverage_colour, "lm")
    _draw_tallies(draw, page.tallies, rows[2])
    write(draw, (_LEFT, rows[3]), page.contradictions, TITLE_SIZE_PX, _RIGHT - _LEFT, NOTICE, "lm")


def _draw_tallies(draw: ImageDraw.ImageDraw, tallies: tuple[Tally, ...], middle: int) -> None:
    """From the right edge leftwards: a square in the colour of what is said, and how many say it."""
    right, side, face = float(_RIGHT), SMALL_SIZE_PX // 2, font(SMALL_SIZE_PX)
    for tally in reversed(tallies):
        draw.text((right, middle), tally.words, fill=TEXT, font=face, anchor="rm")
        right -= face.getlength(tally.words) + side * 2
        draw.rectangle((right, middle - side // 2, right + side, middle + side // 2), fill=tally.colour)
        right -= side * 3


def _draw_card(draw: ImageDraw.ImageDraw, card: Card, grid: Grid, index: int) -> None:
    place, (well, room) = grid.place(index), grid.split(index)
    draw.rounded_rectangle((place.left, place.top, place.right - 1, place.bottom - 1), _CORNER_PX, fill=PANEL)
    bar = (place.left, place.top + _CORNER_PX, place.left + BAR_PX - 1, place.bottom - _CORNER_PX - 1)
    draw.rectangle(bar, fill=card.colour)
    draw.rectangle((well.left, well.top, well.right - 1, well.bottom - 1), fill=_WELL)
    if card.picture is None:
        _draw_placeholder(draw, card.instead, well.shrink(PADDING_PX))
    _draw_lines(draw, card.lines, room, grid.scale)


def _draw_placeholder(draw: ImageDraw.ImageDraw, text: str, room: Rectangle) -> None:
    """Say in the middle of a well why it is empty."""
    height = SMALL_SIZE_PX * _LEADING
    lines = wrap(text, SMALL_SIZE_PX, room.width)
    middle = room.top + (room.height - height * (len(lines) - 1)) / 2
    for index, line in enumerate(lines):
        at = (room.left + room.width / 2, middle + index * height)
        draw.text(at, line, fill=QUIET, font=font(SMALL_SIZE_PX), anchor="mm")


def _draw_lines(draw: ImageDraw.ImageDraw, lines: tuple[Line, ...], room: Rectangle, scale: float) -> None:
    """Write texts below each other, within their room."""
    top = float(room.top)
    for line, (texts, size, height) in zip(lines, _fit_lines(lines, room, scale), strict=True):
        for text in texts:
            draw.text((room.left, top + height / 2), text, fill=line.colour, font=font(size), anchor="lm")
            top += height


def _fit_lines(lines: tuple[Line, ...], room: Rectangle, scale: float) -> list[Broken]:
    """Make texts smaller where there is not room for all; what still does not fit loses the ends of the longest."""
    for step in _STEPS:
        broken = [_break(line, scale * step, room.width) for line in lines]
        if _height(broken) <= room.height:
            return broken
    while _height(broken) > room.height:
        longest = max(range(len(broken)), key=lambda index: len(broken[index][0]))
        texts, size, height = broken[longest]
        broken[longest] = shorten(texts, len(texts) - 1, size, room.width), size, height
    return broken


def _height(broken: list[Broken]) -> float:
    return sum(len(texts) * height for texts, _, height in broken)


def _break(line: Line, scale: float, width: float) -> Broken:
    size = round(line.size_px * scale)
    if line.whole:
        text, size = fit(line.text, size, width)
        return [text], size, size * _LEADING
    return wrap(line.text, size, width), size, size * _LEADING


def _draw_thumbnail(pixels: Pixels, card: Card, grid: Grid, index: int) -> None:
    """Put the picture in the middle of its room, as it is, with the outlines of its boxes around them."""
    if card.picture is None:
        return
    stroke, room = grid.stroke_px, thumbnail_room(grid, index)
    rows, columns = card.picture.shape
    top, left = room.top + (room.height - rows) // 2, room.left + (room.width - columns) // 2
    pixels[top : top + rows, left : left + columns] = card.picture[..., None]
    # A box at the very edge of the picture has its outline beside it.
    field = pixels[top - stroke : top + rows + stroke, left - stroke : left + columns + stroke]
    draw_boxes(field, [mark.move(stroke, stroke) for mark in card.marks], stroke)


def _draw_footer(draw: ImageDraw.ImageDraw, page: Page) -> None:
    top, bottom = FOOTER_BAND
    draw.rectangle((0, top, PAGE_WIDTH_PX, bottom), fill=PANEL)
    rows, left = (top + 26, top + 60, top + 92), float(_LEFT)
    for entry in page.legend:
        left = draw_legend(draw, left, rows[0], entry, SMALL_SIZE_PX)
    write(draw, (_RIGHT, rows[0]), page.software, SMALL_SIZE_PX, _RIGHT - left - MARGIN_PX, QUIET, "rm")
    write(draw, (_LEFT, rows[1]), page.models, SMALL_SIZE_PX, _RIGHT - _LEFT, QUIET, "lm")
    write(draw, (_LEFT, rows[2]), page.silence, SMALL_SIZE_PX, _RIGHT - _LEFT, NOTICE, "lm")
