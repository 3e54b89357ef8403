"""Text in pictures: what is written never leaves its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.captures.lettering import cut, fit, font, shorten, wrap

SIZE, WIDTH = 20, 180.0
words = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120)


def width(text: str, size: int = SIZE) -> float:
    return float(font(size).getlength(text))


@given(words)
def test_every_line_of_a_broken_text_fits(text: str) -> None:
    assert max(width(line) for line in wrap(text, SIZE, WIDTH)) <= WIDTH


@given(words)
def test_breaking_loses_no_letter(text: str) -> None:
    assert "".join("".join(wrap(text, SIZE, WIDTH)).split()) == "".join(text.split())


@given(words)
def test_what_is_cut_fits_and_says_so(text: str) -> None:
    shown = cut(text, SIZE, WIDTH)
    assert width(shown) <= WIDTH
    assert shown == text or shown.endswith("...")


def test_words_that_fit_a_line_stay_whole() -> None:
    lines = wrap("header says CERVICALSPINE, model says shoulder", SIZE, WIDTH)
    assert " ".join(lines) == "header says CERVICALSPINE, model says shoulder"
    assert len(lines) > 1


@pytest.mark.parametrize(("text", "size"), [("short", 20), ("a text that is a little too long", 13)])
def test_a_text_is_made_smaller_before_it_is_cut(text: str, size: int) -> None:
    fitted, fitting = fit(text, SIZE, WIDTH)
    assert (fitted == text, fitting >= size) == (True, True)
    assert width(fitted, fitting) <= WIDTH


def test_lines_that_are_left_out_leave_dots() -> None:
    assert shorten(["one", "two", "three"], 2, SIZE, WIDTH) == ["one", "two..."]
    assert shorten(["one", "two..."], 1, SIZE, WIDTH) == ["one..."]
    assert shorten(["one", "two"], 2, SIZE, WIDTH) == ["one", "two"]
    assert shorten(["one", "two"], 0, SIZE, WIDTH) == []
