"""No false statement passes: every true wording is accepted, and none that was changed so that it is not true."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.finding import FractureState
from domain.impression import Naming, Place, Side
from reporting.impression.checker import Fault, check_impression, load_grammar
from reporting.impression.grammar import join_words, split_words
from tests.fakes.impressions import draw_impression, falsify, make_facts, make_image

SEEDS = range(80)
TRUE = (
    "Overall a fracture is suspected (fracture probability 94%). The image was analysed. "
    "Suspected fracture of the left wrist on image 1 (series 1, instance 1): fracture probability 94%, 1 place marked."
)
#: Words that mean the same: one may stand for another, and nothing else may.
SYNONYMS = [
    {"on", "in"},
    {"was", "were"},
    {"was", "is"},
    {"show", "shows"},
    {"place", "places"},
    {"analysed", "read"},
    {"detected", "found"},
    {"probability", "probabilities"},
    {",", ";", ":"},
    {",", ";", "and"},
    {"no", "0"},
]
#: Words that may be absent or stand: "the only image was analysed", "no fracture was found", "in summary doubt, a
#: fracture is not excluded".
OPTIONAL = {"only", "was", "is", ",", "doubt", "but"}


def words_of(text: str) -> tuple[str, ...]:
    words = split_words(text)
    assert words is not None
    return words


def code_of(text: str, facts=None) -> str:
    rejection = check_impression(text, facts or make_facts())
    return rejection.code if rejection else ""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_true_wording_is_accepted_and_true_of_no_other_findings(seed: int) -> None:
    facts, text = draw_impression(seed)
    assert code_of(text, facts) == ""
    passing = [name for name, other in falsify(facts) if not code_of(text, other)]
    assert passing == []


def test_what_is_false_covers_every_kind_of_statement() -> None:
    kinds = Counter(name for seed in SEEDS for name, _ in falsify(draw_impression(seed)[0]))
    assert set(kinds) == {
        *("study state", "study percent", "one image more", "side", "place", "series", "instance", "reason"),
        *("percent", "state", "absent", "marked", "kind", "kind percent", "present"),
    }
    assert min(kinds.values()) >= 5


VOCABULARY = sorted(
    load_grammar().words | {"0", "1", "2", "7", "12%", "94%", "95%", "unchanged", "normal", "healed", "."}
)


def are_synonyms(word: str, other: str) -> bool:
    return any({word, other} <= group for group in SYNONYMS)


#: Some words of the grammar, and some that no impression may use.
some_words = st.lists(st.sampled_from(VOCABULARY), min_size=12, max_size=12, unique=True)


@settings(max_examples=60, deadline=None)
@given(seed=st.sampled_from(SEEDS), place=st.floats(0, 0.999), others=some_words)
def test_no_word_can_be_exchanged_for_one_that_means_another_thing(seed: int, place: float, others: list[str]) -> None:
    facts, text = draw_impression(seed)
    words = words_of(text)
    index = int(place * len(words))
    for other in others:
        changed = join_words((*words[:index], other, *words[index + 1 :]))
        if other != words[index].lower() and not code_of(changed, facts):
            assert are_synonyms(words[index].lower(), other), changed


@settings(max_examples=60, deadline=None)
@given(seed=st.sampled_from(SEEDS), place=st.floats(0, 0.999), others=some_words)
def test_no_word_can_be_added_or_left_out_that_changes_what_is_said(seed: int, place: float, others: list[str]) -> None:
    facts, text = draw_impression(seed)
    words = words_of(text)
    index = int(place * len(words))
    without = join_words((*words[:index], *words[index + 1 :]))
    assert code_of(without, facts) or words[index].lower() in OPTIONAL, without
    for other in others:
        longer = join_words((*words[:index], other, *words[index:]))
        assert code_of(longer, facts) or other in OPTIONAL, longer


@settings(max_examples=100, deadline=None)
@given(seed=st.sampled_from(SEEDS), first=st.floats(0, 0.999), second=st.floats(0, 0.999))
def test_words_cannot_change_places(seed: int, first: float, second: float) -> None:
    facts, text = draw_impression(seed)
    words = list(words_of(text))
    one, two = int(first * len(words)), int(second * len(words))
    if {words[one - 1].lower(), words[two - 1].lower()} == {"image"}:
        return  # two images of which the same is said may be named in either order
    if words[one].lower() != words[two].lower() and not are_synonyms(words[one], words[two]):
        words[one], words[two] = words[two], words[one]
        assert code_of(join_words(words), facts), join_words(words)


@pytest.mark.parametrize("seed", range(40))
def test_no_sentence_can_be_left_out_said_twice_or_taken_from_another_study(seed: int) -> None:
    (facts, text), (_, other) = draw_impression(seed), draw_impression(seed + 1)
    sentences = [f"{sentence}." for sentence in text.removesuffix(".").split(". ")]
    for index, sentence in enumerate(sentences):
        assert code_of(" ".join(sentences[:index] + sentences[index + 1 :]), facts)
        assert code_of(" ".join([*sentences, sentence]), facts)
    foreign = [f"{sentence}." for sentence in other.removesuffix(".").split(". ")]
    assert all(code_of(" ".join([*sentences, each]), facts) for each in foreign)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    assert code_of(text)
    assert code_of(f"{TRUE} {text}") or not text.strip()


@pytest.mark.parametrize(
    ("said", "instead", "code"),
    [
        ("left", "right", "otherwise:side"),
        ("wrist", "hand", "otherwise:words"),
        ("wrist", "nose", "no-sentence"),
        ("wrist", "wrist and hand", "no-sentence"),
        ("Suspected fracture", "Certain fracture", "no-sentence"),
        ("Suspected fracture", "No suspected fracture", "no-sentence"),
        ("Suspected fracture of the left wrist", "No fracture of the left wrist detected", "otherwise:state"),
        ("1 place", "2 places", "otherwise:marked"),
        ("1 place marked", "no place marked", "otherwise:marked"),
        (", 1 place marked", "", "missing:marked"),
        ("probability 94%,", "probability 49%,", "otherwise:percent"),
        ("probability 94%)", "probability more than 99%)", "otherwise:percent"),
        ("fracture probability 94%, ", "", "missing:percent"),
        ("image 1", "image 2", "missing:name"),
        ("series 1", "series 2", "otherwise:name"),
        (" (series 1, instance 1)", "", "otherwise:name"),
        ("1 place marked", "1 place marked, spiral fracture (61%) according to the models", "not-found:kind"),
        ("1 place marked", "1 place marked, side contradictory in the header", "said-twice:side"),
        ("The image was analysed. ", "", "missing:images"),
        ("The image was", "0 of 1 images were", "otherwise:read"),
        ("The image was", "All 2 images were", "otherwise:images"),
        ("The image was analysed.", "The image was analysed. Unchanged since the last examination.", "no-sentence"),
        ("The image was analysed.", "the image was analysed", "no-sentence"),
        ("1 place marked.", "1 place marked. Image 2 was not analysed: all pixels have the same value.", None),
        ("left wrist", "LEFT wrist", "no-sentence"),
        ("94%), ", "94%)\n", "no-sentence"),
    ],
)
def test_a_proposal_is_rejected_for_a_reason(said: str, instead: str, code: str | None) -> None:
    assert said in TRUE or code == "no-sentence"
    changed = TRUE.replace(said, instead)
    if changed != TRUE:
        found = code_of(changed)
        assert found if code is None else found == code


def test_that_nothing_was_compared_may_always_be_said() -> None:
    assert code_of(f"{TRUE} No comparison with earlier images was made.") == ""


def test_a_doubt_is_not_told_as_suspicion_nor_as_absence() -> None:
    doubt = make_facts(make_image(state=FractureState.DOUBT))
    assert code_of(TRUE, doubt) == "otherwise:state"
    told = TRUE.replace("a fracture is suspected", "a fracture is not excluded")
    assert (
        code_of(
            told.replace("Suspected fracture of the left wrist", "A fracture of the left wrist is not excluded"), doubt
        )
        == ""
    )
    assert code_of(told.replace("Suspected fracture of the left wrist", "No fracture of the left wrist found"), doubt)


def test_absence_is_not_told_of_a_study_that_was_read_in_part() -> None:
    absent = make_image(state=FractureState.ABSENT, marked=None, percent="3%")
    unread = make_image(2, state=None, marked=None, percent="", reason="all pixels have the same value")
    text = (
        "Overall no fracture was detected (fracture probability 3%). 1 of 2 images was analysed. "
        "No fracture of the left wrist detected on image 1 (series 1, instance 1): fracture probability 3%. "
        "Image 2 (series 1, instance 2) was not analysed: body part according to the header: wrist, "
        "side according to the header: left, reason: all pixels have the same value."
    )
    facts = make_facts(absent, unread, percent="3%")
    assert code_of(text, facts) == "otherwise:state"
    part = "in the images that were analysed, but an image that was not analysed may show one"
    assert code_of(text.replace("was detected (", f"was detected {part} ("), facts) == ""


def test_values_stand_in_the_order_of_their_images() -> None:
    facts = make_facts(make_image(), make_image(2, percent="7%", marked=2))
    text = (
        "Overall a fracture is suspected (fracture probability 94%). All 2 images were analysed. "
        "Suspected fracture of the left wrist on image 1 (series 1, instance 1) and image 2 (series 1, instance 2): "
        "fracture probabilities 94% and 7%, places marked: 1 and 2."
    )
    assert code_of(text, facts) == ""
    assert code_of(text.replace("94% and 7%", "7% and 94%"), facts) == "otherwise:percent"
    assert code_of(text.replace("1 and 2.", "2 and 1."), facts) == "otherwise:marked"
    assert code_of(text.replace("94% and 7%", "94%"), facts) == "not-of-each-image:percent"
    assert code_of(text.replace("image 2", "image 1"), facts) == "said-twice:name"


def test_a_contradiction_between_header_and_models_cannot_be_told_as_one_place() -> None:
    facts = make_facts(make_image(place=Place(Naming.CONTRADICTORY, "wrist", "hip"), side=Side.UNSTATED))
    assert code_of(TRUE, facts) == "otherwise:side"
    told = TRUE.replace(" of the left wrist", "").replace(
        "1 place marked",
        "1 place marked, contradiction to be checked, the header says wrist, the models say hip, "
        "side not stated in the header",
    )
    assert code_of(told, facts) == ""
    assert code_of(told.replace("wrist, the models say hip", "hip, the models say wrist"), facts) == "otherwise:words"


def test_a_proposal_without_end_is_not_read() -> None:
    assert code_of(f"{TRUE} " * 100) == Fault.TOO_LONG


def test_sentences_of_the_grammar_have_one_meaning_each() -> None:
    texts = [draw_impression(seed)[1] for seed in SEEDS]
    sentences = {sentence for text in texts for sentence in text.removesuffix(".").split(". ")}
    assert len(sentences) > 150
    words = [split_words(sentence[:1].lower() + sentence[1:]) for sentence in sentences]
    assert all(len(load_grammar().read("sentence", each)) == 1 for each in words)
