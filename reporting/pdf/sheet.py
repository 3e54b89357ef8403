"""The sheet: what stands on every page, and how cards flow over as many pages as they need."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reporting.pdf.blocks import Block, Card, Columns, Stack, Text
from reporting.pdf.pen import PAGE_HEIGHT_PT, PAGE_WIDTH_PT, Area, Colour, Pen, Style
from reporting.pdf.typeface import BOLD, fit, join

MARGIN_PT: Final = 36.0
CARD_GAP_PT: Final = 9.0
_PADDING_PT: Final = 9.0
_BAR_PT: Final = 4.0
_NOTICE_PT: Final = 24.0
_FOOTER_PT: Final = 40.0
_WIDTH_PT: Final = PAGE_WIDTH_PT - 2 * MARGIN_PT
_BOTTOM_PT: Final = PAGE_HEIGHT_PT - _FOOTER_PT - 8.0

INK: Final[Colour] = (24, 32, 42)
QUIET: Final[Colour] = (92, 104, 118)
RULE: Final[Colour] = (205, 212, 219)
GROUND: Final[Colour] = (245, 247, 249)
NOTICE_INK: Final[Colour] = (110, 68, 0)
NOTICE_GROUND: Final[Colour] = (255, 240, 209)

TITLE: Final = Style(15.0, INK, BOLD)
BODY: Final = Style(8.6, INK)
STRONG: Final = Style(BODY.size, INK, BOLD)
HEADING: Final = Style(9.4, INK, BOLD)
SMALL: Final = Style(7.2, QUIET)
LABEL: Final = Style(6.4, QUIET)
VALUE: Final = Style(8.8, INK, BOLD)
_NOTICE: Final = Style(8.6, NOTICE_INK, BOLD)
_REVIEW: Final = Style(7.8, NOTICE_INK)


@dataclass(frozen=True, slots=True)
class Cell:
    """A label and its value in the identity of patient and study."""

    label: str
    value: str
    share: float


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page says.

    Attributes:
        identity: rows of cells.
        page: the words for a page's number and the number of pages.
    """

    notice: str
    review: str
    product: str
    title: str
    version: str
    identity: tuple[tuple[Cell, ...], ...]
    footer: tuple[str, str]
    page: Callable[[int, int], str]


@dataclass(frozen=True, slots=True)
class Portion:
    """The rows of a card that stand on one page."""

    rows: tuple[Block, ...]
    card: Card
    top: float
    height: float


def draw_frame(pen: Pen, frame: Frame, number: int, pages: int) -> None:
    """Draw what every page says, with its number."""
    _draw_notice(pen, frame)
    identity = _identity(frame)
    top = _NOTICE_PT + 8.0
    pen.write(MARGIN_PT, top, join(frame.product), Style(15.0, QUIET, BOLD))
    pen.write(PAGE_WIDTH_PT - MARGIN_PT, top, join(frame.title), TITLE, anchor="end")
    top += TITLE.line + 3.0
    height = identity.height(_WIDTH_PT - 2 * _PADDING_PT)
    pen.fill(Area(MARGIN_PT, top, _WIDTH_PT, height + 8.0), GROUND, radius=2.0)
    pen.fill(Area(MARGIN_PT, top + height + 8.0, _WIDTH_PT, 0.8), RULE)
    identity.draw(pen, MARGIN_PT + _PADDING_PT, top + 4.0, _WIDTH_PT - 2 * _PADDING_PT)
    _draw_footer(pen, frame, number, pages)


def body_top(frame: Frame) -> float:
    """Where the first card of a page starts."""
    return _NOTICE_PT + 11.0 + TITLE.line + _identity(frame).height(_WIDTH_PT - 2 * _PADDING_PT) + 8.0 + CARD_GAP_PT


def _draw_notice(pen: Pen, frame: Frame) -> None:
    pen.fill(Area(0.0, 0.0, PAGE_WIDTH_PT, _NOTICE_PT), NOTICE_GROUND)
    for left, words, style, anchor, share in (
        (MARGIN_PT, frame.notice, _NOTICE, "start", 0.58),
        (PAGE_WIDTH_PT - MARGIN_PT, frame.review, _REVIEW, "end", 0.4),
    ):
        line, size = fit(words, style.size, _WIDTH_PT * share, face=style.face)
        pen.write(left, (_NOTICE_PT - size * 1.2) / 2, line, Style(size, style.colour, style.face), anchor=anchor)


def _identity(frame: Frame) -> Stack:
    rows = [
        Columns(
            tuple(Stack((Text(cell.label, LABEL), Text(cell.value, VALUE))) for cell in row),
            tuple(cell.share for cell in row),
        )
        for row in frame.identity
    ]
    return Stack(tuple(rows))


def _draw_footer(pen: Pen, frame: Frame, number: int, pages: int) -> None:
    top = PAGE_HEIGHT_PT - _FOOTER_PT
    pen.fill(Area(MARGIN_PT, top, _WIDTH_PT, 0.6), RULE)
    page = Style(8.6, INK, BOLD)
    pen.write(PAGE_WIDTH_PT - MARGIN_PT, top + 5.0, join(frame.page(number, pages)), page, anchor="end")
    if frame.version:
        pen.write(PAGE_WIDTH_PT - MARGIN_PT, top + 17.0, join(frame.version), SMALL, anchor="end")
    for place, words in enumerate(frame.footer):
        line, size = fit(words, SMALL.size, _WIDTH_PT * 0.74)
        pen.write(MARGIN_PT, top + 5.5 + place * SMALL.line, line, Style(size, SMALL.colour))


def flow(cards: Sequence[Card], top: float) -> list[list[Portion]]:
    """Lay cards over pages: one that fits no rest of a page starts the next, one that fits no page is cut at a row."""
    pages: list[list[Portion]] = [[]]
    at, whole = top, _BOTTOM_PT - top
    for card in cards:
        if at > top and at + _height(card.rows) > _BOTTOM_PT and _height(card.rows) <= whole:
            pages.append([])
            at = top
        rows = card.rows
        while rows:
            count = _count(rows, _BOTTOM_PT - at, least=at == top)
            if count:
                portion = Portion(rows[:count], card, at, _height(rows[:count]))
                pages[-1].append(portion)
                at, rows = at + portion.height + CARD_GAP_PT, rows[count:]
            if rows:
                pages.append([])
                at = top
    return pages


def _count(rows: tuple[Block, ...], room: float, *, least: bool) -> int:
    """How many rows fit; at the top of a page at least one, or it would never stand anywhere."""
    count = len(rows)
    while count > least and _height(rows[:count]) > room:
        count -= 1
    return count


def _height(rows: tuple[Block, ...]) -> float:
    return sum(row.height(_inner_width()) for row in rows) + 2 * _PADDING_PT


def _inner_width() -> float:
    return _WIDTH_PT - _BAR_PT - 2 * _PADDING_PT


def draw_portion(pen: Pen, portion: Portion) -> None:
    """Draw the rows of a card that stand on a page, on their ground."""
    area = Area(MARGIN_PT, portion.top, _WIDTH_PT, portion.height)
    pen.fill(area, portion.card.ground, radius=2.0)
    pen.fill(Area(MARGIN_PT, portion.top, _BAR_PT, portion.height), portion.card.bar)
    top = portion.top + _PADDING_PT
    for row in portion.rows:
        row.draw(pen, MARGIN_PT + _BAR_PT + _PADDING_PT, top, _inner_width())
        top += row.height(_inner_width())
