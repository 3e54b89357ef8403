"""Letters on a page of the report: one typeface in two weights, Arabic joined, lines from right to left in their order.

A PDF draws glyphs where it is told and knows no script. So Arabic letters are joined (arabic_reshaper: the presentation
forms of Unicode), a text is broken into lines, and each line is put into the order of the eye (python-bidi, UAX #9).
"""

import unicodedata
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final

from arabic_reshaper import ArabicReshaper
from bidi.algorithm import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "DejaVuSansCondensed"
BOLD: Final = "DejaVuSansCondensed-Bold"
_DOTS: Final = "..."
#: Of Unicode's bidirectional classes: letters that run from right to left.
_RIGHT_TO_LEFT: Final = {"R", "AL"}
#: Invisible, and able to turn around what stands beside them (UAX #9): a header's text must not move ours.
_UNPRINTED: Final = {"Cc", "Cf", "Co", "Cs"}
#: U+202A and U+202C: what stands between them runs from left to right, whatever stands around it.
_EMBEDDING: Final = "\u202a\u202c"
_WITHOUT_EMBEDDING: Final = str.maketrans(dict.fromkeys(_EMBEDDING))


@cache
def load_face(name: str) -> TTFont:
    """Return a face, registered with the library that lays out pages. The files are shipped, see fonts/LICENSE.txt."""
    face = TTFont(name, BytesIO(files("reporting.pdf.fonts").joinpath(f"{name}.ttf").read_bytes()))
    pdfmetrics.registerFont(face)
    return face


@cache
def _reshaper() -> ArabicReshaper:
    # Vowel marks need positions that a sequence of glyphs does not have; a text reads without them.
    return ArabicReshaper({"delete_harakat": True, "support_ligatures": True})


def clean(value: str) -> str:
    """Return a header's value without what cannot be seen, on one line."""
    spaced = "".join(" " if letter.isspace() else letter for letter in value)
    return " ".join("".join(letter for letter in spaced if unicodedata.category(letter) not in _UNPRINTED).split())


def embed(value: str) -> str:
    """Return a value that keeps its own order in a sentence from right to left: a date that turns is another date."""
    return f"{_EMBEDDING[0]}{value}{_EMBEDDING[1]}"


def join(text: str) -> str:
    """Return one line of text, in the order of speech, with its Arabic letters joined."""
    line = " ".join(text.split())
    return line if line.isascii() else str(_reshaper().reshape(line))


def runs_from_right(text: str) -> bool:
    """Whether a text has letters that run from right to left."""
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)


def order(line: str, *, rtl: bool) -> str:
    """Return a joined line in the order of the eye, from the left; `rtl` where its paragraph runs from the right.

    A line without a letter from right to left is no part of such a paragraph: a value, or a sentence in English.
    """
    if not runs_from_right(line):
        return line.translate(_WITHOUT_EMBEDDING)
    return str(get_display(line, base_dir="R" if rtl else "L"))


def can_show(text: str) -> bool:
    """Whether the typeface has every letter of a text."""
    glyphs = load_face(REGULAR).face.charToGlyph
    return all(ord(letter) in glyphs for letter in join(text))


def measure(text: str, size: float, *, face: str = REGULAR) -> float:
    """Return the width of joined text, in points."""
    return float(load_face(face).stringWidth(text.translate(_WITHOUT_EMBEDDING), size))


def wrap(text: str, size: float, width: float, *, face: str = REGULAR) -> list[str]:
    """Return a text as joined lines no wider than a width in points, in the order of speech; at least one line."""
    lines, space = [""], measure(" ", size, face=face)
    filled = -space  # the typeface is drawn without kerning: a line is as wide as its words and spaces
    for word in join(text).split():
        wide = measure(word, size, face=face)
        if filled + space + wide <= width:
            lines[-1], filled = f"{lines[-1]} {word}".lstrip(), filled + space + wide
            continue
        lines = [*filter(None, lines), *_break(word, size, width, face)]
        filled = measure(lines[-1], size, face=face)
    return lines


def fit(text: str, size: float, width: float, *, face: str = REGULAR) -> tuple[str, float]:
    """Return joined text and a size that fit a width on one line: smaller down to two thirds, then cut with dots."""
    line, smallest = join(text), size * 2 / 3
    wide = measure(line, size, face=face)
    fitting = min(size, size * width / wide) if wide else size
    if fitting >= smallest:
        return line, fitting
    while line and measure(line + _DOTS, smallest, face=face) > width:
        line = line[:-1]
    return line.rstrip() + _DOTS, smallest


def _break(word: str, size: float, width: float, face: str) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and measure(pieces[-1] + letter, size, face=face) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
