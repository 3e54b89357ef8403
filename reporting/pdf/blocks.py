"""What a page is made of: blocks that know their height for a width, and draw themselves where they are told."""

from dataclasses import dataclass
from itertools import chain
from typing import Final, Protocol

from reporting.pdf.pen import Area, Colour, EncodedPicture, Outline, Pen, Style
from reporting.pdf.typeface import join, measure, wrap

PICTURE_GAP_PT: Final = 8.0
CAPTION_GAP_PT: Final = 3.0
#: A caption has so much room, however narrow its picture.
_LEAST_CAPTION_PT: Final = 60.0


class Block(Protocol):
    """A part of a page that is never cut in two."""

    def height(self, width: float) -> float:
        """Return the height for a width, both in points."""
        ...

    def draw(self, pen: Pen, left: float, top: float, width: float) -> None:
        """Draw with the top left corner, of a page that runs from left to right, at a place in points."""
        ...


@dataclass(frozen=True, slots=True)
class Space:
    """Nothing, so many points high."""

    points: float

    def height(self, width: float) -> float:
        """Return the height in points."""
        return self.points

    def draw(self, pen: Pen, left: float, top: float, width: float) -> None:
        """Draw nothing."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    words: str
    style: Style
    after: float = 0.0

    def height(self, width: float) -> float:
        """Return the height of its lines, and of the space after it."""
        return len(self._lines(width)) * self.style.line + self.after

    def draw(self, pen: Pen, left: float, top: float, width: float) -> None:
        """Write its lines."""
        for number, line in enumerate(self._lines(width)):
            pen.write(left, top + number * self.style.line, line, self.style)

    def _lines(self, width: float) -> list[str]:
        return wrap(self.words, self.style.size, width, face=self.style.face)


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side, each with its share of the width."""

    blocks: tuple[Block, ...]
    shares: tuple[float, ...]
    gap: float = 10.0

    def height(self, width: float) -> float:
        """Return the height of the highest."""
        return max(block.height(room) for block, (_, room) in zip(self.blocks, self._rooms(width), strict=True))

    def draw(self, pen: Pen, left: float, top: float, width: float) -> None:
        """Draw each in its column."""
        for block, (start, room) in zip(self.blocks, self._rooms(width), strict=True):
            block.draw(pen, left + start, top, room)

    def _rooms(self, width: float) -> list[tuple[float, float]]:
        unit = (width - self.gap * (len(self.shares) - 1)) / sum(self.shares)
        rooms, start = [], 0.0
        for share in self.shares:
            rooms.append((start, share * unit))
            start += share * unit + self.gap
        return rooms


@dataclass(frozen=True, slots=True)
class Stack:
    """Blocks one below the other."""

    blocks: tuple[Block, ...]

    def height(self, width: float) -> float:
        """Return the sum of the heights."""
        return sum(block.height(width) for block in self.blocks)

    def draw(self, pen: Pen, left: float, top: float, width: float) -> None:
        """Draw each below the one before."""
        for block in self.blocks:
            block.draw(pen, left, top, width)
            top += block.height(width)


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A picture with boxes, and the paragraphs below it."""

    picture: EncodedPicture
    outlines: tuple[Outline, ...]
    caption: tuple[str, ...]

    @property
    def shape(self) -> float:
        """Width over height."""
        return self.picture.width_px / self.picture.height_px


@dataclass(frozen=True, slots=True)
class Figures:
    """Pictures side by side, all of the same height, as high as the width allows and no higher than `most`."""

    figures: tuple[Figure, ...]
    most: float
    caption: Style

    def height(self, width: float) -> float:
        """Return the height of pictures and captions."""
        high = self._high(width)
        captions = [self._lines(figure, high) for figure in self.figures]
        return high + CAPTION_GAP_PT + max(map(len, captions)) * self.caption.line

    def draw(self, pen: Pen, left: float, top: float, width: float) -> None:
        """Draw the pictures, each with its words."""
        high = self._high(width)
        for figure in self.figures:
            area = Area(left, top, high * figure.shape, high)
            pen.show(area, figure.picture, figure.outlines)
            for number, line in enumerate(self._lines(figure, high)):
                pen.write(left, top + high + CAPTION_GAP_PT + number * self.caption.line, line, self.caption)
            left += area.width + PICTURE_GAP_PT

    def _high(self, width: float) -> float:
        room = width - PICTURE_GAP_PT * (len(self.figures) - 1)
        return min(self.most, room / sum(figure.shape for figure in self.figures))

    def _lines(self, figure: Figure, high: float) -> list[str]:
        room = max(high * figure.shape, _LEAST_CAPTION_PT)
        wrapped = (wrap(words, self.caption.size, room, face=self.caption.face) for words in figure.caption)
        return list(chain.from_iterable(wrapped))


@dataclass(frozen=True, slots=True)
class Pill:
    """A word on a coloured ground: what an image shows, seen at a glance."""

    words: str
    style: Style
    ground: Colour

    def height(self, width: float) -> float:
        """Return the height of the ground."""
        return self.style.line + 4.0

    def draw(self, pen: Pen, left: float, top: float, width: float) -> None:
        """Draw the ground, and the word in its middle, at the end of the width."""
        line = join(self.words)
        room = measure(line, self.style.size, face=self.style.face) + 14.0
        start = left + width - room
        pen.fill(Area(start, top, room, self.height(width)), self.ground, radius=3.0)
        pen.write(start + 7.0, top + 2.0, line, self.style)


@dataclass(frozen=True, slots=True)
class Card:
    """Rows that belong together, on one ground with a coloured bar; cut between rows where no page can hold them."""

    rows: tuple[Block, ...]
    bar: Colour
    ground: Colour
