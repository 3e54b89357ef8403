"""The design of the console: contrasts by the formula of WCAG 2.2, and what a strict policy needs."""

import re
from itertools import chain
from pathlib import Path

import pytest

from dicom_node.console import application

FOLDER = Path(application.__file__).parent
STYLE = (FOLDER / "assets" / "console.css").read_text(encoding="utf-8")
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))

#: What is written on what.
PAIRS = [
    ("--text", "--ground"),
    ("--text", "--surface"),
    ("--text", "--raised"),
    ("--text-quiet", "--ground"),
    ("--text-quiet", "--surface"),
    ("--text-quiet", "--raised"),
    ("--accent", "--ground"),
    ("--accent", "--surface"),
    ("--accent", "--raised"),
    ("--on-accent", "--accent"),
    ("--bad", "--surface"),
    ("--bad", "--raised"),
    *((f"--{tone}", f"--{tone}-ground") for tone in ("good", "busy", "wait", "held", "bad", "plain")),
]


def tokens_of(selector: str) -> list[dict[str, str]]:
    """Return the tokens of every block with a selector, in the order of the file."""
    blocks = re.findall(rf"(?m)^\s*{re.escape(selector)} \{{(.*?)\}}", STYLE, flags=re.S)
    return [dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block)) for block in blocks]


LIGHT = tokens_of(":root")[0]
THEMES = {"light": LIGHT, "dark": LIGHT | tokens_of('[data-theme="dark"]')[0]}


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_what_is_written_can_be_read(theme: str, text: str, ground: str) -> None:
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["--ground", "--surface", "--raised"])
@pytest.mark.parametrize("part", ["--focus", "--line-strong"])
def test_the_focus_and_the_edge_of_a_field_can_be_seen(theme: str, ground: str, part: str) -> None:
    assert contrast(THEMES[theme][part], THEMES[theme][ground]) >= 3


def test_dark_by_choice_and_dark_by_the_device_are_the_same() -> None:
    (chosen,), (preferred,) = tokens_of('[data-theme="dark"]'), tokens_of('[data-theme="auto"]')
    assert chosen == preferred
    assert set(chosen) == set(LIGHT)


def test_a_side_is_the_start_or_the_end_and_never_left_or_right() -> None:
    styles = chain((FOLDER / "assets").glob("*.css"))
    found = [
        (path.name, match)
        for path in styles
        for match in re.findall(
            r"(?m)(?:(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right)\s*:|text-align:\s*(?:left|right)|float:)",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_a_style_or_a_script_in_it_or_calls_another_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_posts_has_the_token(path: Path) -> None:
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), flags=re.S)
    assert all('name="csrf"' in form or "hidden_token()" in form for form in forms)


def test_what_is_computed_beside_a_page_is_asked_for_until_it_is_there() -> None:
    computed = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES}
    computed = {name: text for name, text in computed.items() if re.search(r"call live\([^)]* is none", text)}
    assert "drift.html" in computed
    assert [name for name, text in computed.items() if "data-polls" not in text] == []


def test_no_style_asks_another_host_for_anything() -> None:
    for path in (FOLDER / "assets").iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(", text), path.name
