"""Where things stand on the summary page, as data; one unit is a pixel of a page of 1600 by 1200."""

from dataclasses import dataclass
from typing import Final

PAGE_WIDTH_PX: Final = 1600
PAGE_HEIGHT_PX: Final = 1200
MARGIN_PX: Final = 40
GAP_PX: Final = 14
PADDING_PX: Final = 12
#: The coloured bar at the left edge of a card.
BAR_PX: Final = 6

#: Bands from the top: (top, bottom).
NOTICE_BAND: Final = (0, 46)
HEADER_BAND: Final = (46, 240)
CARDS_BAND: Final = (256, 1066)
FOOTER_BAND: Final = (1082, 1200)

TITLE_SIZE_PX: Final = 22
HEADLINE_SIZE_PX: Final = 54
SMALL_SIZE_PX: Final = 20


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of the page."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beside it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.height

    def shrink(self, by_px: int) -> "Rectangle":
        """Return what is left within a margin."""
        return Rectangle(self.left + by_px, self.top + by_px, self.width - 2 * by_px, self.height - 2 * by_px)


@dataclass(frozen=True, slots=True)
class Grid:
    """How the cards of a page stand.

    Attributes:
        columns, rows: of cards.
        share: of a card that its thumbnail has: of the height where it stands above the text, else of the width.
        scale: of the text in a card.
        stroke_px: of the outline of a box.
    """

    columns: int
    rows: int
    share: float
    scale: float
    stroke_px: int
    above: bool = False

    @property
    def places(self) -> int:
        """How many cards there is room for."""
        return self.columns * self.rows

    def place(self, index: int) -> Rectangle:
        """Return the card of an index, counted from 0, line by line."""
        row, column = divmod(index, self.columns)
        width = (PAGE_WIDTH_PX - 2 * MARGIN_PX - (self.columns - 1) * GAP_PX) // self.columns
        top, bottom = CARDS_BAND
        height = (bottom - top - (self.rows - 1) * GAP_PX) // self.rows
        return Rectangle(MARGIN_PX + column * (width + GAP_PX), top + row * (height + GAP_PX), width, height)

    def split(self, index: int) -> tuple[Rectangle, Rectangle]:
        """Return the well of a card's thumbnail, and the room for its text."""
        place = self.place(index)
        inner = Rectangle(place.left + BAR_PX, place.top, place.width - BAR_PX, place.height).shrink(PADDING_PX)
        gap = round(PADDING_PX * 1.5 * self.scale)
        if self.above:
            height = round(inner.height * self.share)
            well = Rectangle(inner.left, inner.top, inner.width, height)
            return well, Rectangle(inner.left, well.bottom + gap, inner.width, inner.bottom - well.bottom - gap)
        well = Rectangle(inner.left, inner.top, round(inner.width * self.share), inner.height)
        return well, Rectangle(well.right + gap, inner.top, inner.right - well.right - gap, inner.height)


#: By how many images they have room for; the last says how many a page may have.
GRIDS: Final = (
    Grid(1, 1, 0.55, 1.7, 4),
    Grid(2, 1, 0.68, 1.4, 4, above=True),
    Grid(3, 1, 0.62, 1.2, 3, above=True),
    Grid(2, 2, 0.44, 1.25, 3),
    Grid(2, 3, 0.34, 1.1, 3),
    Grid(2, 4, 0.26, 1.0, 2),
    Grid(3, 4, 0.32, 0.92, 2),
)


def count_pages(images: int) -> int:
    """Return how many pages the summary of a study has, at least one."""
    return -(-images // GRIDS[-1].places)


def count_cards(images: int) -> int:
    """Return how many cards a page has: as many on each, but for the last, which may have fewer."""
    return -(-images // count_pages(images))


def choose_grid(images: int) -> Grid:
    """Return the grid of a study's pages: the first with room for the cards of one."""
    return next(grid for grid in GRIDS if grid.places >= count_cards(images))
