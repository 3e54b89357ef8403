import re
import string

import pytest

from dicom_node.console import translation
from dicom_node.console.pages import PAGES
from dicom_node.console.translation import LANGUAGES, Words, choose_language, load_words

TEMPLATES = translation.WORDS_FOLDER.with_name("templates")


def places_in(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


def test_every_text_stands_in_every_language() -> None:
    words = load_words()
    assert len(words) > 100
    assert {key: set(texts) for key, texts in words.items() if set(texts) != set(LANGUAGES)} == {}
    assert [key for key, texts in words.items() if not all(text.strip() for text in texts.values())] == []


def test_every_text_has_the_same_places_in_every_language() -> None:
    places = {key: {frozenset(places_in(text)) for text in texts.values()} for key, texts in load_words().items()}
    assert {key: differing for key, differing in places.items() if len(differing) != 1} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_of_the_navigation_has_a_title(page) -> None:
    assert not page.icon or page.title in load_words()


def test_every_key_that_a_template_names_is_written() -> None:
    files = "|".join(path.stem for path in translation.WORDS_FOLDER.glob("*.toml"))
    text = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    named = set(re.findall(rf'"((?:{files})\.(?!html|css|js|svg)[a-z0-9_]*[a-z0-9])"', text))
    assert "layout.skip" in named
    assert named <= set(load_words())


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("ar", "en", "ar"),
        ("", "fr, ar-EG;q=0.8, en;q=0.5", "ar"),
        ("", "", "en"),
        ("../../etc", "de", "en"),
        ("", "ar;q=0, en;q=x", "en"),
    ],
)
def test_a_language_is_chosen_by_the_visitor_then_by_the_browser(asked: str, accepted: str, chosen: str) -> None:
    assert choose_language(asked, accepted) == chosen


def test_a_text_is_filled_with_values() -> None:
    assert Words("en")("parts.page", number=3) == "Page 3"
