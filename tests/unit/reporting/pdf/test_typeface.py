"""Letters on the pages: Arabic joined and in the order of the eye, lines that fit, and nothing hidden in a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.pdf.typeface import BOLD, REGULAR, can_show, clean, embed, fit, join, load_face, measure, order, wrap
from reporting.translation import LANGUAGES, load_translation

BEH, BEH_INITIAL, BEH_MEDIAL, BEH_FINAL = "\u0628", "\ufe91", "\ufe92", "\ufe90"


def test_arabic_letters_are_joined() -> None:
    assert join(BEH * 3) == BEH_INITIAL + BEH_MEDIAL + BEH_FINAL


def test_arabic_runs_from_the_right_and_numbers_in_it_from_the_left() -> None:
    assert order(join(f"{BEH * 2} 93"), rtl=True) == f"93 {BEH_FINAL}{BEH_INITIAL}"


def test_latin_between_arabic_keeps_its_order() -> None:
    line = order(join(f"{BEH} mobilenet 1.2 {BEH}"), rtl=True)
    assert "mobilenet 1.2" in line


def test_a_line_from_the_left_is_left_alone() -> None:
    assert order("Image 1 (93%)", rtl=False) == "Image 1 (93%)"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\x07", "\u200f", "\n", "\ue000"])
def test_what_a_header_hides_in_a_value_does_not_turn_the_line(hidden: str) -> None:
    assert clean(f"DOE{hidden}JANE") in ("DOEJANE", "DOE JANE")


def test_brackets_around_arabic_are_mirrored_and_those_around_latin_are_not() -> None:
    assert order(join(f"{BEH} ({BEH})"), rtl=True) == "(\ufe8f) \ufe8f"
    assert order("PID-4711 (NORTH)", rtl=True) == "PID-4711 (NORTH)"


def test_a_date_in_an_arabic_sentence_keeps_its_order() -> None:
    line = join(f"{BEH}: {embed('2026-01-02 11:30')}")
    assert "2026-01-02 11:30" in order(line, rtl=True)
    assert measure(line, 9.0) == measure(join(f"{BEH}: 2026-01-02 11:30"), 9.0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_faces_have_every_letter_of_every_language(language: str) -> None:
    translation = load_translation(language)
    tables = (getattr(translation, table) for table in type(translation).model_fields)
    letters = {letter for table in tables for words in table.values() for letter in join(words)}
    for name in (REGULAR, BOLD):
        assert {letter for letter in letters if ord(letter) not in load_face(name).face.charToGlyph} == set()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller", True),
        ("Παπάς", True),
        ("Иванов", True),
        ("قباني", True),
        ("כהן", True),
        ("山田", False),
        ("김", False),
    ],
)
def test_a_name_is_known_to_be_shown_or_not(text: str, shown: bool) -> None:
    assert can_show(text) is shown


@given(st.text(st.sampled_from("ab d\u0628\u0627ilW1%"), max_size=80), st.floats(30.0, 300.0))
def test_no_line_is_wider_than_its_room_and_no_letter_is_lost(text: str, width: float) -> None:
    lines = wrap(text, 9.0, width)
    assert all(measure(line, 9.0) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(join(text).split())


def test_a_long_line_is_made_smaller_and_then_cut_with_dots() -> None:
    assert fit("short", 10.0, 200.0) == ("short", 10.0)
    line, size = fit("m" * 12, 10.0, 90.0)
    assert line == "m" * 12
    assert 10 * 2 / 3 <= size < 10.0
    line, size = fit("m" * 80, 10.0, 90.0)
    assert line.endswith("...")
    assert measure(line, size) <= 90.0
