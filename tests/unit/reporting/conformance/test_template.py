"""A report that breaks a row of its template does not leave, and the refusal names the row."""

from collections.abc import Callable

import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from reporting import codes
from reporting.conformance.report_template import ROOTS
from reporting.conformance.template import find_template_problems
from tests.fakes.report_sources import draft_images, make_header, open_document, refuse_image
from tests.fakes.spoilt_documents import assert_refused, drop, group, item, remove

STUDY, IMAGE, BOX = 0, 1, 2
REPORTS = (DocumentKind.STRUCTURED_REPORT, DocumentKind.STRUCTURED_REPORT_BASIC)


def repeat(parent: Dataset, code_value: str) -> None:
    parent.ContentSequence.append(item(parent, code_value))


def rename(parent: Dataset, code_value: str, new: str) -> None:
    item(parent, code_value).ConceptNameCodeSequence[0].CodeValue = new


def say(parent: Dataset, code_value: str, value: str) -> None:
    item(parent, code_value).ConceptCodeSequence[0].CodeValue = value


def measure(parent: Dataset, **elements: object) -> None:
    for keyword, value in elements.items():
        setattr(item(parent, "111012").MeasuredValueSequence[0], keyword, value)


def change_units(parent: Dataset) -> None:
    item(parent, "111012").MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue = "1"


def nest_a_site(ds: Dataset) -> None:
    """Put the side beside the site, where a reader would take it for a side of the whole group."""
    site = item(group(ds, BOX), "363698007")
    group(ds, BOX).ContentSequence.append(site.ContentSequence[0])


#: A defect, and how the refusal names it.
BROKEN: dict[str, tuple[Callable[[Dataset], None], str]] = {
    "no observer": (lambda ds: drop(ds, "121012"), "TID 1500 has UIDREF Device Observer UID 0 times"),
    "another observer": (lambda ds: say(ds, "121005", "121006"), "Observer Type has a value of another context group"),
    "no procedure": (lambda ds: drop(ds, "121058"), "Procedure reported 0 times"),
    "no measurements": (lambda ds: drop(ds, "126010"), "CONTAINER Imaging Measurements 0 times"),
    "no title": (remove("ConceptNameCodeSequence"), "no template has the root CONTAINER"),
    "another template": (
        lambda ds: setattr(ds.ContentTemplateSequence[0], "TemplateIdentifier", "2000"),
        "no template has the root CONTAINER 126000 DCM TID 2000",
    ),
    "a group of no template": (
        lambda ds: delattr(group(ds, BOX), "ContentTemplateSequence"),
        "has no row for CONTAINS",
    ),
    "no tracking identifier": (lambda ds: drop(group(ds, BOX), "112039"), "TID 1410 has TEXT Tracking Identifier 0"),
    "no tracking UID": (
        lambda ds: drop(group(ds, IMAGE), "112040"),
        "TID 1501 has UIDREF Tracking Unique Identifier 0",
    ),
    "two tracking UIDs": (lambda ds: repeat(group(ds, BOX), "112040"), "Tracking Unique Identifier 2 times"),
    "no finding": (lambda ds: drop(group(ds, BOX), "121071"), "TID 1410 has CODE Finding 0 times"),
    "another finding": (lambda ds: say(group(ds, BOX), "121071", "1"), "Finding has a value of another context"),
    "no presence": (lambda ds: drop(group(ds, STUDY), "72704001"), "TID 1501 has CODE Fracture 0 times"),
    "an invented presence": (lambda ds: say(group(ds, IMAGE), "72704001", "1"), "CODE Fracture has a value of another"),
    "no algorithm": (lambda ds: drop(group(ds, BOX), "111001"), "TEXT Algorithm Name 0 times"),
    "no version": (lambda ds: drop(group(ds, STUDY), "111003"), "TEXT Algorithm Version 0 times"),
    "a box without purpose": (lambda ds: drop(group(ds, BOX), "130400"), "Geometric purpose of region 0 times"),
    "a box without region": (lambda ds: drop(group(ds, BOX), "111030"), "TID 1410 has SCOORD Image Region 0 times"),
    "a region of no image": (
        lambda ds: delattr(item(group(ds, BOX), "111030"), "ContentSequence"),
        "SCOORD Image Region has IMAGE Source 0 times",
    ),
    "no source": (lambda ds: drop(group(ds, IMAGE), "121112"), "IMAGE Source of Measurement 0 times"),
    "no words": (lambda ds: drop(group(ds, IMAGE), "121106"), "TEXT Comment 0 times"),
    "empty words": (lambda ds: setattr(item(group(ds, 0), "121106"), "TextValue", ""), "Comment lacks TextValue"),
    "an item of no row": (lambda ds: rename(group(ds, BOX), "112039", "112038"), "TID 1410 has no row for HAS OBS"),
    "an item of another scheme": (
        lambda ds: setattr(item(group(ds, BOX), "121071").ConceptNameCodeSequence[0], "CodingSchemeDesignator", "SCT"),
        "has no row for CONTAINS CODE 121071 SCT",
    ),
    "another relationship": (
        lambda ds: setattr(item(group(ds, BOX), "112039"), "RelationshipType", "CONTAINS"),
        "TID 1410 has no row for CONTAINS TEXT 112039",
    ),
    "a side beside the site": (nest_a_site, "TID 1410 has no row for HAS CONCEPT MOD CODE 272741003"),
    "a code without meaning": (
        lambda ds: delattr(item(group(ds, BOX), "121071").ConceptCodeSequence[0], "CodeMeaning"),
        "CODE Finding lacks CodeMeaning in ConceptCodeSequence",
    ),
    "no number": (lambda ds: measure(group(ds, BOX), NumericValue=None), "lacks NumericValue in MeasuredValue"),
    "more than all": (lambda ds: measure(group(ds, BOX), NumericValue="930"), "beyond 0 to 100"),
    "less than nothing": (lambda ds: measure(group(ds, BOX), NumericValue="-1"), "beyond 0 to 100"),
    "no percent": (lambda ds: change_units(group(ds, BOX)), "Certainty of Finding is in other units"),
    "no continuity": (remove("ContinuityOfContent"), "lacks ContinuityOfContent"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_is_refused_and_named(name: str) -> None:
    assert_refused(DocumentKind.STRUCTURED_REPORT, *BROKEN[name])


@pytest.mark.parametrize("kind", REPORTS)
def test_both_classes_of_report_are_held_against_the_template(kind: DocumentKind) -> None:
    assert_refused(kind, *BROKEN["no tracking UID"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda ds: setattr(ds.ConceptNameCodeSequence[0], "CodeValue", "113002"),
            "no template has the root CONTAINER",
        ),
        (lambda ds: setattr(ds, "ContentSequence", []), "TID 2010 names nothing"),
        (lambda ds: rename(ds, "113012", "121106"), "TID 2010 has no row for CONTAINS TEXT 121106"),
        (lambda ds: say(ds, "121005", "121006"), "Observer Type has a value of another context group"),
    ],
)
def test_a_selection_that_breaks_its_template_is_refused(change: Callable[[Dataset], None], problem: str) -> None:
    assert_refused(DocumentKind.KEY_OBJECT_SELECTION, change, problem)


def test_more_than_a_hundred_images_may_have_been_read() -> None:
    report = open_document(draft_images((make_header(), refuse_image(make_header()))), DocumentKind.STRUCTURED_REPORT)
    counted = item(group(report, STUDY), codes.IMAGES_READ.value).MeasuredValueSequence[0]
    counted.NumericValue = "101"
    assert find_template_problems(report) == []


def test_an_object_that_has_no_content_items_has_no_template() -> None:
    assert find_template_problems(Dataset()) == []


def test_no_two_rows_of_one_parent_can_be_taken_for_each_other() -> None:
    waiting = list(ROOTS)
    while waiting:
        rows = waiting.pop().rows
        names = [(row.relationship, row.value_type, row.concept, row.template) for row in rows]
        assert len(set(names)) == len(names)
        waiting += rows
