"""Which suggestions stand beside which image."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from domain.document import DocumentKind
from domain.finding import FractureState, Labelled
from reporting.conformance.gate import check
from reporting.guidelines import Recommendation, load_recommendations
from reporting.recommendations import MOST_PER_IMAGE, describe, find_place, recommend, specificity, suggest
from reporting.source import Source
from reporting.statement import StudyStatement
from tests.fakes.report_sources import (
    draft_image,
    draft_images,
    make_header,
    open_document,
    open_message,
    pick,
    read_image,
    refuse_image,
)

ROWS = load_recommendations()
PRESENT, DOUBT, ABSENT = FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT
UNKNOWN_AGE = {"PatientBirthDate": "", "PatientAge": ""}


def shown(
    region: str = "hand",
    part: str = "",
    age: int | None = None,
    state: FractureState = PRESENT,
    kind: str = "",
    probability: float = 0.9,
) -> list[str]:
    header = make_header(BodyPartExamined=part, **UNKNOWN_AGE | ({} if age is None else {"PatientAge": f"{age:03}Y"}))
    types = (Labelled(kind, probability),) if kind else ()
    reading = replace(read_image(header, state, region=region), types=types)
    return [row.identifier for row in recommend(reading, Source(header))]


def cases_of(row: Recommendation) -> Iterator[dict[str, Any]]:
    """Every kind of image that a row is for: as the models alone say where it is, and as the header does."""
    regions = {"hand", "leg", "hip", "shoulder"}
    ages = {row.age_from_years, row.age_below_years and row.age_below_years - 1} - {None} or {None}
    for place, state, age in product(row.places or ("skull",), row.states, ages):
        part = {} if place in regions else {"part": place.upper()}
        region = place if place in regions else "elsewhere"
        for seen in [region] if not part else sorted(regions):
            yield {"region": seen, **part, "state": state, "age": age, "kind": "".join(row.types[:1])}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.identifier)
def test_every_row_is_reached(row: Recommendation) -> None:
    assert any(row.identifier in shown(**case) for case in cases_of(row))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.identifier)
def test_no_row_is_shown_beside_an_absence(row: Recommendation) -> None:
    for case in cases_of(row):
        assert shown(**case | {"state": ABSENT}) == []


def test_no_row_is_shown_for_an_image_that_was_not_analysed() -> None:
    header = make_header()
    assert recommend(refuse_image(header), Source(header)) == ()


def test_the_state_decides() -> None:
    assert shown("hip", age=80) == ["hip-surgery", "hip-programme", "fragility"]
    assert shown("hip", age=80, state=DOUBT) == ["hip-occult"]


def test_the_most_specific_stand_first_and_at_most_three() -> None:
    rows = {row.identifier: row for row in ROWS}
    found = shown(part="WRIST", age=70)
    assert found == ["distal-radius-from-65", "distal-radius-clinic", "distal-radius-mobilisation"]
    assert len(found) == MOST_PER_IMAGE
    order = [specificity(rows[name]) for name in found]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize(("age", "is_shown"), [(17, False), (18, True), (None, False)])
def test_an_age_is_from_its_first_year_on_and_must_be_known(age: int | None, is_shown: bool) -> None:
    assert ("hip-surgery" in shown("hip", age=age)) is is_shown


@pytest.mark.parametrize(("age", "is_shown"), [(0, True), (15, True), (16, False), (None, False)])
def test_a_child_is_one_until_the_year_that_a_row_names(age: int | None, is_shown: bool) -> None:
    assert ("humerus-child" in shown("shoulder", age=age)) is is_shown


def test_ages_that_contradict_each_other_are_no_age() -> None:
    header = make_header(PatientAge="010Y", PatientBirthDate="19400101")
    rows = recommend(read_image(header), Source(header))
    assert all(row.age_from_years is None and row.age_below_years is None for row in rows)


def test_where_header_and_models_name_different_places_no_row_that_names_one_is_shown() -> None:
    assert "hip-surgery" in shown("hip", "HIP", 80)
    assert shown("leg", "HIP", 80) == shown("hip", "HAND", 80) == ["fragility"]


@pytest.mark.parametrize(
    ("region", "part", "place"),
    [
        ("hand", "", "hand"),
        ("hand", "WRIST", "wrist"),
        ("wrist", "WRIST", "wrist"),
        ("hand", "ELBOW", "elbow"),
        ("hand", "SOMETHING", "hand"),
        ("leg", "WRIST", ""),
        ("", "", ""),
    ],
)
def test_the_place_is_the_narrowest_word_known(region: str, part: str, place: str) -> None:
    assert find_place(region, part) == place


@pytest.mark.parametrize(("probability", "is_shown"), [(0.51, True), (0.5, False)])
def test_a_type_counts_where_it_is_more_probable_than_not(probability: float, is_shown: bool) -> None:
    found = shown("shoulder", kind="pathological fracture", probability=probability)
    assert ("pathological-imaging" in found) is is_shown


def test_nothing_is_suggested_unless_the_site_turns_it_on() -> None:
    header = make_header()
    off, on = draft_image(header), draft_images((header, read_image(header)), recommendations=True)
    assert suggest(off, off.images[0]) == ()
    assert suggest(on, on.images[0]) == recommend(read_image(header), Source(header)) != ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.identifier)
def test_a_suggestion_says_what_it_is_not_and_where_it_comes_from(row: Recommendation) -> None:
    text, source = describe(row)
    assert text == row.text
    assert source.startswith("Suggestion of a guideline - not a diagnosis, not an order. Source: ")
    assert source.endswith(row.guideline.url)
    assert (text + source).isascii()


def draft_suggestions() -> StudyStatement:
    """A wrist with a fracture, a hip without one, a wrist that was not analysed: one image has suggestions."""
    wrist, hip, refused = make_header(), make_header(number=2, BodyPartExamined="HIP"), make_header(number=3)
    pairs = (wrist, read_image(wrist)), (hip, read_image(hip, ABSENT, region="hip")), (refused, refuse_image(refused))
    return draft_images(*pairs, recommendations=True)


def rows_of_message(statement: StudyStatement) -> list[list[str]]:
    return [row for row in open_message(statement)["OBX"] if row[3] == "121075^Recommendation^DCM"]


def test_the_message_has_the_suggestions_with_their_sources_in_the_group_of_their_image() -> None:
    (row,) = rows_of_message(draft_suggestions())
    assert (row[2], row[4], row[11]) == ("FT", "1", "P")
    lines = row[5].split("\\.br\\")
    assert len(lines) == 4
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        assert first.startswith("Image 1 (series 1, instance 1): If ")
        assert "not a diagnosis, not an order. Source: BOAST" in second
        assert second.endswith("https://www.boa.ac.uk/resources/boast-16-pdf.html")


def test_the_message_and_its_narrative_are_as_they_were_but_for_the_suggestions() -> None:
    header = make_header()
    off, on = draft_image(header), draft_images((header, read_image(header)), recommendations=True)
    assert rows_of_message(off) == []
    said = [[row[3:6] for row in open_message(statement)["OBX"]] for statement in (off, on)]
    assert [row for row in said[1] if not row[0].startswith("121075")] == said[0]


def texts_of_report(statement: StudyStatement, concept: str) -> list[str]:
    report = open_document(statement, DocumentKind.STRUCTURED_REPORT)
    (measurements,) = (item for item in report.ContentSequence if item.ConceptNameCodeSequence[0].CodeValue == "126010")
    items = [item for group in measurements.ContentSequence for item in group.ContentSequence]
    return [item.TextValue for item in items if item.ConceptNameCodeSequence[0].CodeValue == concept]


def test_the_report_has_them_in_the_group_of_their_image() -> None:
    texts = texts_of_report(draft_suggestions(), "121075")
    assert [text.split("\n")[0] for text in texts] == [
        row.text for row in ROWS if row.identifier in shown(part="WRIST", age=45)
    ]
    assert all("Suggestion of a guideline - not a diagnosis, not an order. Source: " in text for text in texts)
    assert texts_of_report(draft_image(make_header()), "121075") == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.identifier)
def test_every_row_passes_what_documents_are_checked_for(row: Recommendation) -> None:
    case = next(case for case in cases_of(row) if row.identifier in shown(**case))
    age = {} if case["age"] is None else {"PatientAge": f"{case['age']:03}Y"}
    header = make_header(BodyPartExamined=case.get("part", ""), **UNKNOWN_AGE | age)
    types = (Labelled(case["kind"], 0.9),) if case["kind"] else ()
    reading = replace(read_image(header, case["state"], region=case["region"]), types=types)
    statement = draft_images((header, reading), recommendations=True)
    (message,) = pick(statement, DocumentKind.HL7_ORU)
    check(message, statement)
    assert row.text.encode() in message.content
