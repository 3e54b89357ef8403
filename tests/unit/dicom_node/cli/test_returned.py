from typing import Any

import pytest
from pydicom import Dataset
from pydicom.sr.coding import Code

from dicom_node.cli.returned import is_heat_map, is_summary, read_statement
from domain.document import DocumentKind
from tests.fakes.report_sources import draft_image, make_header, open_document


def item(name: str, children: tuple[Dataset, ...] = (), **values: Any) -> Dataset:
    """Return a content item of a report by the code value of its concept name."""
    ds = Dataset()
    ds.ConceptNameCodeSequence = [code(name)]
    if children:
        ds.ContentSequence = list(children)
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def code(value: str, meaning: str = "") -> Dataset:
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = Code(value, "SCT", meaning)[:3]
    return ds


def report(presence: str, summary: str = "111242", *more: Dataset) -> Dataset:
    group = item(
        "125007",
        (
            item("112039", TextValue="Study"),
            item("111017", ConceptCodeSequence=[code(summary)]),
            item("72704001", ConceptCodeSequence=[code(presence)]),
            item("121106", TextValue="for a person"),
            *more,
        ),
    )
    other = item("125007", (item("112039", TextValue="Image 1"), item("72704001", ConceptCodeSequence=[code("x")])))
    return item("126000", (item("126010", (other, group)),))


@pytest.mark.parametrize(
    ("presence", "words"),
    # PS3.16 CID 240 Present, Absent, Undetermined, and a code that is none of them.
    [
        ("52101004", "fracture suspected"),
        ("272519000", "no fracture found"),
        ("373068000", "doubtful"),
        ("2667000", "not stated"),
    ],
)
def test_the_finding_is_the_code_of_the_study_s_group(presence: str, words: str) -> None:
    assert read_statement(report(presence)).finding == words


def test_where_no_algorithm_succeeded_nothing_was_analysed() -> None:
    statement = read_statement(report("373068000", "111245"))
    assert (statement.finding, statement.probability, statement.region) == ("not analysed", None, "")


def test_region_side_and_probability_are_those_of_the_report() -> None:
    side = item("272741003", ConceptCodeSequence=[code("7771000", "Left")])
    site = item("363698007", (side,), ConceptCodeSequence=[code("1", "Wrist joint")])
    number = Dataset()
    number.NumericValue = "98.2"
    certainty = item("111012", MeasuredValueSequence=[number])
    statement = read_statement(report("52101004", "111242", site, certainty))
    assert statement.region == "left wrist joint"
    assert statement.probability == pytest.approx(0.982)
    assert statement.comment == "for a person"


@pytest.mark.parametrize(
    "kind", [DocumentKind.SUMMARY_CAPTURE, DocumentKind.SECONDARY_CAPTURE, DocumentKind.HEAT_MAP_CAPTURE]
)
def test_a_summary_and_a_heat_map_are_told_from_the_captures_beside_them(kind: DocumentKind) -> None:
    ds = open_document(draft_image(make_header()), kind)
    assert is_summary(ds) == (kind is DocumentKind.SUMMARY_CAPTURE)
    assert is_heat_map(ds) == (kind is DocumentKind.HEAT_MAP_CAPTURE)
