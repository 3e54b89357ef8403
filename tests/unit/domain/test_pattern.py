import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pattern import Pattern


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("HAND", ["HAND", "hand", " Hand "], ["HANDS", "LEFT HAND", ""]),
        ("*HAND*", ["HAND", "Left hand 2 views"], ["WRIST", ""]),
        ("H?ND", ["HAND", "HIND"], ["HND", "HAAND"]),
        ("/^(HAND|WRIST)/", ["HAND AP", "wrist"], ["LEFT HAND", ""]),
        ("*", ["anything"], ["", "  "]),
        ("", ["", "  "], ["x"]),
        ("A.B(1)", ["a.b(1)"], ["AXB(1)"]),
        ("/", ["/"], ["x"]),
    ],
)
def test_a_pattern_means_what_a_person_expects(pattern: str, matching: list[str], other: list[str]) -> None:
    assert [value for value in (*matching, *other) if Pattern(pattern).matches(value)] == matching


def test_what_is_no_regular_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="no regular expression: missing"):
        Pattern("/(/")


@pytest.mark.parametrize(
    ("wider", "narrower", "covers"),
    [
        ("HAND", "hand", True),
        ("*HAND*", "LEFT HAND", True),
        ("/^H/", "HAND", True),
        ("*", "/x/", True),
        ("*", "", False),
        ("HAND", "*HAND*", False),
        ("*HAND*", "/HAND/", False),  # it does, but nobody can be sure of every expression
    ],
)
def test_a_pattern_covers_another_where_that_is_sure(wider: str, narrower: str, covers: bool) -> None:
    assert Pattern(wider).covers(Pattern(narrower)) is covers


_TEXTS = st.text("AB*?/", max_size=4).filter(lambda text: not (len(text) > 2 and text[0] == text[-1] == "/"))


@given(_TEXTS, _TEXTS, st.text("AB", max_size=5))
def test_what_is_covered_is_matched(wider: str, narrower: str, value: str) -> None:
    first, second = Pattern(wider), Pattern(narrower)
    if first.covers(second) and second.matches(value):
        assert first.matches(value)
