"""Drawing on one page: text, areas and pictures, in points from the top left of an A4 sheet.

A page that runs from right to left is the mirror image of one that does not, but for what stands on it: letters keep
their form, and a picture is never mirrored.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from reportlab.pdfgen.canvas import Canvas

from reporting.pdf.typeface import REGULAR, load_face, order

Colour = tuple[int, int, int]

PAGE_WIDTH_PT: Final = 595.0
PAGE_HEIGHT_PT: Final = 842.0
#: How far below the top of its line a letter stands, and the height of a line, both in sizes of the letter.
_ASCENT: Final = 0.93
LEADING: Final = 1.32


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks; `size` in points."""

    size: float
    colour: Colour
    face: str = REGULAR

    @property
    def line(self) -> float:
        """Height of a line, in points."""
        return self.size * LEADING


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the page, in points from its top left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A box on a picture, in parts of its width and height from the top left; dashed for doubt."""

    left: float
    top: float
    right: float
    bottom: float
    label: str
    colour: Colour
    dashed: bool


class EncodedPicture:
    """A JPEG that goes into the file as it is. The library asks a picture for a name, and for its encoded bytes."""

    def __init__(self, jpeg: bytes, width_px: int, height_px: int) -> None:
        self.jpeg, self.width_px, self.height_px = jpeg, width_px, height_px
        self._name = hashlib.sha256(jpeg).hexdigest()

    def __str__(self) -> str:
        return self._name

    def jpeg_fh(self) -> BytesIO:
        """Return the bytes as a file: the library's word for a picture that is a JPEG already."""
        return BytesIO(self.jpeg)


class Pen:
    """Draws on the current page of a canvas; `rtl` for pages that run from right to left."""

    def __init__(self, canvas: Canvas, *, rtl: bool) -> None:
        self._canvas: Any = canvas
        self.rtl = rtl

    def write(self, left: float, top: float, line: str, style: Style, *, anchor: str = "start") -> None:
        """Write a joined line; `left` is where it starts, or ends for the anchor `end`, or its middle."""
        load_face(style.face)
        self._canvas.setFont(style.face, style.size)
        self._canvas.setFillColorRGB(*_parts(style.colour))
        draw = {
            ("start", False): self._canvas.drawString,
            ("end", False): self._canvas.drawRightString,
            ("start", True): self._canvas.drawRightString,
            ("end", True): self._canvas.drawString,
        }.get((anchor, self.rtl), self._canvas.drawCentredString)
        across = PAGE_WIDTH_PT - left if self.rtl else left
        draw(across, PAGE_HEIGHT_PT - top - style.size * _ASCENT, order(line, rtl=self.rtl))

    def fill(self, area: Area, colour: Colour, *, radius: float = 0.0) -> None:
        """Fill an area."""
        self._canvas.setFillColorRGB(*_parts(colour))
        left, bottom = self._corner(area)
        if radius:
            self._canvas.roundRect(left, bottom, area.width, area.height, radius, stroke=0, fill=1)
        else:
            self._canvas.rect(left, bottom, area.width, area.height, stroke=0, fill=1)

    def show(self, area: Area, picture: EncodedPicture, outlines: tuple[Outline, ...] = ()) -> None:
        """Show a picture in an area of its shape, with boxes on it."""
        left, bottom = self._corner(area)
        self._canvas.drawImage(picture, left, bottom, area.width, area.height)
        for outline in outlines:
            self._draw_outline(left, bottom + area.height, area, outline)

    def _corner(self, area: Area) -> tuple[float, float]:
        """Left and bottom as a PDF counts: from the bottom left."""
        left = PAGE_WIDTH_PT - area.left - area.width if self.rtl else area.left
        return left, PAGE_HEIGHT_PT - area.top - area.height

    def _draw_outline(self, left: float, top: float, area: Area, outline: Outline) -> None:
        stroke = 1.4
        x, right = left + outline.left * area.width, left + outline.right * area.width
        y, bottom = top - outline.top * area.height, top - outline.bottom * area.height
        self._canvas.setStrokeColorRGB(*_parts(outline.colour))
        self._canvas.setLineWidth(stroke)
        self._canvas.setDash(*((3.2, 2.2) if outline.dashed else ()))
        # The line lies around the box: the finding itself stays uncovered.
        half = stroke / 2
        self._canvas.rect(x - half, bottom - half, right - x + stroke, y - bottom + stroke, stroke=1, fill=0)
        self._canvas.setDash()
        if outline.label:
            self._draw_label(x - stroke, y + stroke, bottom - stroke, (left, top, area), outline)

    def _draw_label(
        self, x: float, above: float, below: float, frame: tuple[float, float, Area], outline: Outline
    ) -> None:
        """A label on a plate outside the box: above it, else below, else at the picture's edge."""
        left, top, area = frame
        size, pad = 6.5, 2.0
        width, height = load_face(REGULAR).stringWidth(outline.label, size) + 2 * pad, size + pad
        bottom = above + 1.0
        if bottom + height > top:
            bottom = max(below - 1.0 - height, top - area.height)
        x = min(max(x, left), left + area.width - width)
        self._canvas.setFillColorRGB(*_parts((13, 18, 25)))
        self._canvas.rect(x, bottom, width, height, stroke=0, fill=1)
        self._canvas.setFillColorRGB(*_parts(outline.colour))
        self._canvas.setFont(REGULAR, size)
        self._canvas.drawString(x + pad, bottom + pad * 0.9, outline.label)


def _parts(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (round(value / 255, 4) for value in colour)
    return red, green, blue
