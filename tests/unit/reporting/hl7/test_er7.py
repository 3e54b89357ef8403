"""ER7 escapes, against two parsers that nobody here wrote."""

import hl7
import pytest
from hl7apy.parser import parse_segment
from hypothesis import given
from hypothesis import strategies as st
from pydicom.sr.coding import Code

from reporting.hl7 import er7

#: What the escapes stand for, decoded here the slow way.
DECODED = {"E": "\\", "F": "|", "S": "^", "T": "&", "R": "~", ".br": "\n"}
visible = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60)


def decode(text: str) -> str:
    plain, rest = "", text
    while "\\" in rest:
        before, name, rest = rest.split("\\", 2)
        plain += before + DECODED[name]
    return plain + rest


@given(visible)
def test_what_is_escaped_comes_back(text: str) -> None:
    assert decode(er7.escape(text)) == text


@given(st.lists(visible, min_size=1, max_size=4))
def test_components_keep_apart_in_python_hl7(words: list[str]) -> None:
    fields = "|".join(["OBX", "1", "CWE", er7.components(*(er7.escape(word) for word in words), "END")])
    message = hl7.parse("MSH|^~\\&|A|B\r" + fields + "\r")
    parts = message.segment("OBX")[3]
    assert [decode(str(part)) for part in parts[0]] == [*words, "END"]


@given(visible.filter(str.strip))
def test_a_value_stays_one_value_in_hl7apy(text: str) -> None:
    segment = parse_segment(f"OBX|1|ST|1^A^L||{er7.escape(text)}||||||P", version="2.5.1")
    assert [decode(value.to_er7()) for value in segment.obx_5] == [text]
    assert segment.obx_11.to_er7() == "P"


@given(visible, st.integers(1, 80))
def test_a_limit_is_in_bytes_and_cuts_no_escape_and_no_character(text: str, limit: int) -> None:
    cut = er7.escape(text, limit_bytes=limit)
    assert len(cut.encode()) <= limit
    assert text.startswith(decode(cut))


@given(st.lists(visible, max_size=5), st.integers(1, 120))
def test_lines_stay_within_their_limit(lines: list[str], limit: int) -> None:
    cut = er7.escape_lines(tuple(lines), limit_bytes=limit)
    assert len(cut.encode()) <= limit
    assert "\n".join(line for line in lines).lstrip("\n").startswith(decode(cut).lstrip("\n"))


def test_what_does_not_fit_ends_the_text() -> None:
    assert er7.escape_lines(("|", "0"), limit_bytes=2) == ""
    assert er7.escape_lines(("abc", "d"), limit_bytes=2) == "ab"


@given(st.text())
def test_no_control_character_ends_a_segment(text: str) -> None:
    assert not any(ord(character) < 32 for character in er7.escape(text))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("a|b", "a\\F\\b"), ("\\.br\\", "\\E\\.br\\E\\"), ("a\r\nb", "a b"), ("x\x0by\x07", "x y"), ("山田", "山田")],
)
def test_escapes_are_those_of_chapter_2(text: str, escaped: str) -> None:
    assert er7.escape(text) == escaped


def test_lines_are_broken_by_a_command() -> None:
    assert er7.escape_lines(("a~", "b"), limit_bytes=100) == "a\\R\\\\.br\\b"


def test_fields_stand_at_their_number() -> None:
    assert er7.segment("OBX", {1: "1", 5: "x"}) == "OBX|1||||x"
    assert er7.segment("MSH", {2: "^~\\&", 4: "F"}) == "MSH|^~\\&||F"


def test_a_code_is_identifier_text_and_system() -> None:
    assert er7.code_element(Code("1", "99X", "a & b")) == "1^a \\T\\ b^99X"
