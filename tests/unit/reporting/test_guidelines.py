"""The data of the suggestions: what stands in a row, and what may not."""

import re
import tomllib
from pathlib import Path

import pytest

from domain.finding import FractureState
from reporting.guidelines import Recommendation, load_recommendations, parse_recommendations

PROJECT = Path(__file__).parents[3]
TYPES = PROJECT / "inference" / "training" / "recipe_files" / "efficientnetb6-types.toml"
ROWS = load_recommendations()
GUIDELINE = '[guidelines.g]\nname = "G"\nyear = 2020\nurl = "https://example.org/g"\n'
ROW = '[[recommendation]]\nidentifier = "a"\nguideline = "g"\nclause = "1"\nstates = ["present"]\n'
TEXT = 'text = "Take a look."\napplies_to = "all"\n'


def test_a_whole_row_is_taken() -> None:
    (row,) = parse_recommendations(GUIDELINE + ROW + TEXT)
    assert row.source == "G (2020), 1; for all; https://example.org/g"
    assert (row.states, row.places, row.age_from_years) == ((FractureState.PRESENT,), (), None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Take a look.", "Take a look. Then another."),
        ("Take a look.", "Take a look"),
        ("Take a look.", "Give 10 mg of it."),
        ("Take a look.", "Voilà."),
        ("Take a look.", "See \\\\ that."),
        ("Take a look.", f"Take {'a very ' * 40} long look."),
        ('["present"]', '["absent"]'),
        ('["present"]', "[]"),
        ('["present"]', '["present"]\nplaces = ["antler"]'),
        ('["present"]', '["present"]\nage_from_years = 20\nage_below_years = 20'),
        ('["present"]', '["present"]\nseverity = "bad"'),
        ('clause = "1"', 'clause = ""'),
        ("https://", "http://"),
        ("year = 2020", "year = 20"),
        ('guideline = "g"', 'guideline = "h"'),
        (TEXT, TEXT + ROW + TEXT),
        (GUIDELINE, GUIDELINE + GUIDELINE.replace("guidelines.g", "guidelines.unused")),
    ],
)
def test_a_row_that_is_not_what_it_must_be_is_refused(old: str, new: str) -> None:
    text = GUIDELINE + ROW + TEXT
    assert old in text
    with pytest.raises(ValueError, match=r"\w"):
        parse_recommendations(text.replace(old, new))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.identifier)
def test_every_row_names_guideline_clause_year_link_and_people(row: Recommendation) -> None:
    assert re.fullmatch(r"(NICE|BOAST|ACR|AAOS|RCH) .+|BOAST, .+", row.guideline.name)
    assert 2000 < row.guideline.year <= 2026
    assert re.fullmatch(r"https://[a-z.]+\.(uk|org|au)/\S+", row.guideline.url)
    assert row.clause
    assert row.applies_to
    assert str(row.guideline.year) in row.source


@pytest.mark.parametrize("row", [row for row in ROWS if row.places or row.types], ids=lambda row: row.identifier)
def test_a_suggestion_depends_on_what_only_a_person_can_see(row: Recommendation) -> None:
    assert row.text.startswith("If ")


def test_types_are_those_that_a_model_can_state() -> None:
    named = {name for row in ROWS for name in row.types}
    assert named
    assert named <= set(tomllib.loads(TYPES.read_text(encoding="utf-8"))["classes"])
