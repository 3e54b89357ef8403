"""Text in pictures: one typeface, words that fit their place, and words that break into lines."""

from bisect import bisect_right
from functools import lru_cache
from typing import Any

from PIL import ImageFont

_DOTS = "..."


@lru_cache(maxsize=64)
def font(size: int) -> Any:
    """Return Pillow's own TrueType face: the same glyphs on every machine with the pinned Pillow."""
    return ImageFont.load_default(max(8, size))


def fit(text: str, size: int, width: float) -> tuple[str, int]:
    """Return a text and a size that fit a width: smaller down to two thirds, then cut with dots."""
    smallest = max(9, size * 2 // 3)
    while size > smallest and font(size).getlength(text) > width:
        size -= 1
    return cut(text, size, width), size


def cut(text: str, size: int, width: float) -> str:
    """Return as much of a text as fits a width, with dots where some is left out."""
    if font(size).getlength(text) <= width:
        return text
    kept = bisect_right(range(1, len(text)), width, key=lambda letters: font(size).getlength(text[:letters] + _DOTS))
    return text[: max(kept, 1)].rstrip() + _DOTS


def wrap(text: str, size: int, width: float) -> list[str]:
    """Return a text in lines of at most a width, broken between words; a word that is too long is broken itself."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".lstrip()
        if font(size).getlength(joined) <= width:
            lines[-1] = joined
            continue
        pieces = _break(word, size, width)
        lines = [*filter(None, lines), *pieces]
    return lines


def shorten(lines: list[str], most: int, size: int, width: float) -> list[str]:
    """Return at most so many lines, perhaps none; the last ends with dots where some are left out."""
    if len(lines) <= most or most < 1:
        return lines[:most]
    return [*lines[: most - 1], cut(f"{lines[most - 1].removesuffix(_DOTS)}{_DOTS}", size, width)]


def _break(word: str, size: int, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and font(size).getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
