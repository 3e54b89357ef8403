import pytest

from reporting.impression.grammar import Grammar, join_words, split_words

GRAMMAR = Grammar(
    {
        "sentence": ["the? {side} {bone} is {state:how}", "{number:count} of {number:all+total} => kind ratio"],
        "side": ["left => side L", "right => side R", "right side => side R"],
        "state": ["broken", "not broken"],
        "odd": ["{side} {bone}", "left wrist => side R"],
    },
    {"bone": ["wrist", "hand, wrist or forearm"]},
)


def read(sentence: str, rule: str = "sentence") -> list[tuple[tuple[str, str], ...]]:
    return sorted(GRAMMAR.read(rule, split_words(sentence)))


def test_a_sentence_claims_what_its_words_and_alternatives_say() -> None:
    assert read("the left wrist is not broken") == [(("side", "L"), ("how", "not broken"))]
    assert read("right side hand, wrist or forearm is broken") == [(("side", "R"), ("how", "broken"))]


def test_words_can_be_claimed_under_two_names() -> None:
    assert read("2 of 3") == [(("count", "2"), ("all", "3"), ("total", "3"), ("kind", "ratio"))]


@pytest.mark.parametrize(
    "sentence", ["left wrist", "left wrist is broken broken", "left foot is broken", "02 of 3", ""]
)
def test_what_is_not_of_the_language_claims_nothing(sentence: str) -> None:
    assert read(sentence) == []


def test_a_sentence_with_two_meanings_has_both() -> None:
    assert read("left wrist", "odd") == [(("side", "L"),), (("side", "R"),)]


@pytest.mark.parametrize(
    "text", ["a  b", " a", "a b ", "a ,b", "a(b)", "caf\u00e9", "a\nb", "50 %", "1.5", "a/b", "a-"]
)
def test_text_that_is_spaced_otherwise_or_holds_other_signs_has_no_words(text: str) -> None:
    assert split_words(text) is None


def test_words_and_text_are_each_other() -> None:
    text = "Image 1 (series 2, instance 3): 94%; low-dose, it is."
    assert join_words(split_words(text)) == text


@pytest.mark.parametrize("alternative", ["", "{nothing}", "{side", "word => claim", "=> claim value"])
def test_a_grammar_that_is_not_written_as_it_must_be_is_refused(alternative: str) -> None:
    with pytest.raises(ValueError, match=r"rule|alternative|claim"):
        Grammar({"sentence": [alternative], "side": ["left"]}, {})
