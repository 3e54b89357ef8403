"""The languages of the narrative as data: complete, with every place for a value, in a character set of DICOM."""

import re
from importlib.resources import files

import pytest

from inference.reasons import REASONS
from reporting.translation import ENGLISH, LANGUAGES, Translation, find_places, load_translation, parse_translation

#: What images from such hospitals come in: PS3.3 C.12.1.1.2.
CODECS = {"en": "ascii", "fr": "iso8859_1", "es": "iso8859_1", "ar": "iso8859_6"}
TABLES = ("phrases", "sides", "regions", "body_parts", "reasons", "report")
#: The same in two languages for good reason: nothing but places, or a word that both have.
SHARED = {"image", "image_named", "image_sentence", "part_separator", "list_separator", "percent"}


def read_text(language: str) -> str:
    return files("reporting").joinpath("translations", f"{language}.toml").read_text(encoding="utf-8")


def words_of(translation: Translation) -> list[str]:
    return [words for table in TABLES for words in getattr(translation, table).values()]


def test_there_is_a_file_for_every_language_and_no_other() -> None:
    found = {path.name for path in files("reporting").joinpath("translations").iterdir() if path.name.endswith(".toml")}
    assert found == {f"{language}.toml" for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_the_reader_has_its_words(language: str) -> None:
    assert set(load_translation(language).reasons) == set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_words_and_the_places_of_english(language: str) -> None:
    translation, english = load_translation(language), load_translation(ENGLISH)
    for table in TABLES:
        assert getattr(translation, table).keys() == getattr(english, table).keys()
    for key, phrase in translation.phrases.items():
        assert find_places(phrase) == find_places(english.phrases[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_keep_to_the_character_set_of_their_hospitals(language: str) -> None:
    for words in words_of(load_translation(language)):
        assert words.encode(CODECS[language]).decode(CODECS[language]) == words
        assert not set(words) & set("\\<>^~|&")


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {ENGLISH}))
def test_nothing_was_left_in_english(language: str) -> None:
    translation, english = load_translation(language), load_translation(ENGLISH)
    for table in ("phrases", "sides", "regions", "reasons"):
        ours, theirs = getattr(translation, table), getattr(english, table)
        assert [key for key in ours.keys() - SHARED if ours[key] == theirs[key]] == []


def test_arabic_sentences_begin_in_arabic_so_that_they_run_from_right_to_left() -> None:
    phrases = load_translation("ar").phrases
    sentences = [text for text in phrases.values() if text.endswith(".") and not text.startswith("{")]
    assert all(re.match("[\u0621-\u064a]", text) for text in [*sentences, phrases["image"], phrases["image_named"]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_count_follows_a_colon_or_stands_alone_so_that_no_plural_is_needed(language: str) -> None:
    phrases = load_translation(language).phrases
    assert re.search(r": \{count\}$", phrases["marked"])
    assert re.search(r": \{read\} \w+ \{images\}\.$", phrases["coverage"])


@pytest.mark.parametrize(
    ("found", "put", "named"),
    [
        (r'^unmarked = .*\n', "", "unmarked"),
        (r'^unmarked = ', 'surplus = "x"\nunmarked = ', "surplus"),
        (r'\{count\}', "", "marked has other places"),
        (r'\{count\}', "{count}{count}", "marked has other places"),
        (r'^WRIST = .*\n', "", "WRIST"),
        (r'^hip = .*\n', "", "hip"),
        (r'^contradictory = .*\n', "", "contradictory"),
        (r'^WRIST = ".*"', 'WRIST = "{part}"', "braces in WRIST"),
        (r'^WRIST = ".*"', 'WRIST = ""', "WRIST"),
        (r'^WRIST = ".*"', r'WRIST = "a\\nb"', "WRIST"),
        (r'^out-of-memory = .*\n', "", "out-of-memory"),
        (r'\{count\}', "{count", "phrases"),
    ],
)  # fmt: skip
def test_a_language_with_a_defect_is_refused_and_the_key_named(found: str, put: str, named: str) -> None:
    spoilt, changes = re.subn(found, put, read_text("es"), count=1, flags=re.MULTILINE)
    assert changes == 1
    with pytest.raises(ValueError, match=named):
        parse_translation(spoilt, like=load_translation(ENGLISH))
