import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicom_node.receive.reports.fracture_text import read_statement
from dicom_node.receive.reports.sections import LONGEST_CHARACTERS, find_answer, split_sentences
from domain.final_report import ReportStatement

PHRASES = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
TABLE = [(statement, phrase) for statement, phrases in PHRASES.items() for phrase in phrases]

DENIALS = ("No {0}", "No evidence of {0}", "There is no {0}", "Negative for {0}", "Without {0}", "No sign of an {0}")
KINDS = (
    "fracture",
    "acute fracture",
    "displaced fracture",
    "fracture or dislocation",
    "fractures",
    "fx",
    "new fracture",
)
SITES = ("", " of the distal radius", " in the scaphoid", " at the base of the thumb", " of the left ankle")
AROUND = ("", "Soft tissue swelling. ", "Normal alignment.\n", "1. ", "IMPRESSION: ", "Joint effusion; ")


@pytest.mark.parametrize(("statement", "phrase"), TABLE)
def test_a_phrase_is_read_as_a_careful_reader_reads_it(statement: str, phrase: str) -> None:
    assert read_statement(phrase)[0] == statement


def test_the_table_has_enough_of_each() -> None:
    assert len(TABLE) >= 60
    assert all(len(PHRASES[statement]) >= 15 for statement in ReportStatement)


@given(st.text(max_size=400))
def test_whatever_comes_is_read_without_an_error(text: str) -> None:
    assert read_statement(text)[0] in ReportStatement


WORDS = (
    "no",
    "fracture",
    "cannot",
    "exclude",
    "acute",
    "old",
    "of",
    "the",
    "radius",
    ",",
    ".",
    "\n",
    "but",
    "seen",
    "?",
)


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_words_in_any_order_are_read_without_an_error(words: list[str]) -> None:
    statement, rule = read_statement(" ".join(words))
    assert statement in ReportStatement
    assert rule.startswith("text_")


@given(*map(st.sampled_from, (AROUND, DENIALS, KINDS, SITES, (".", "", "\n", "!"))))
def test_what_is_denied_is_never_a_fracture(around: str, denial: str, kind: str, site: str, end: str) -> None:
    assert read_statement(around + denial.format(kind) + site + end)[0] is not ReportStatement.FRACTURE


@given(st.sampled_from(PHRASES["no_fracture"]), st.sampled_from(("upper", "lower", "title")))
def test_letters_are_the_same_large_or_small(phrase: str, how: str) -> None:
    assert read_statement(getattr(phrase, how)())[0] is not ReportStatement.FRACTURE


def test_an_impression_goes_before_what_else_is_written() -> None:
    text = "FINDINGS: Fracture of the radius in 2019.\nIMPRESSION:\nNo acute fracture.\nDICTATED: by somebody"
    assert find_answer(text).strip() == "No acute fracture."


def test_what_was_asked_is_no_answer() -> None:
    assert "fall" not in find_answer("HISTORY: fall\nFINDINGS: normal\nCOMPARISON: none")


def test_a_line_that_was_wrapped_goes_on_and_an_item_does_not() -> None:
    assert split_sentences("No acute\nfracture.\n2. Effusion") == ["No acute fracture.", "Effusion"]


def test_a_text_without_end_is_not_read() -> None:
    assert read_statement("No fracture. " * LONGEST_CHARACTERS) == (ReportStatement.NOT_STATED, "text_too_long")


@pytest.mark.parametrize("words", ["no fracture ", "fracture ", "not cannot fracture no ", "there is no "])
def test_a_sentence_without_end_is_not_taken_apart(words: str) -> None:
    # Taken apart it would cost minutes: this test has a time limit, as all have.
    text = (words * LONGEST_CHARACTERS)[: LONGEST_CHARACTERS - 1]
    assert read_statement(text)[0] is ReportStatement.NOT_STATED
