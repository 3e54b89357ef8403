"""Structured reports by the templates of PS3.16, before a validator that nobody here wrote."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from domain.finding import Box, FractureState
from reporting.evidence import ImageEvidence
from reporting.statement import StudyStatement, state
from tests.fakes.report_sources import (
    BOX,
    VARIANTS,
    draft_image,
    draft_images,
    find,
    make_context,
    make_header,
    open_document,
    read_image,
    refuse_image,
)
from tests.peers.report_templates import find_remarks

# One process reads all the reports, a minute of processor time; a machine may be busy.
pytestmark = [pytest.mark.peer("pixelmed-apps"), pytest.mark.slow, pytest.mark.timeout(700)]

#: What the validator (20220618) does not know, in its words, with the clause of PS3.16 that knows it.
KNOWN = (
    # CID 100 of 2025-01-22 lists it, the validator's is of 2019-01-21; TID 1500 makes it a baseline group besides.
    'Code (43468-8,LN,"XR unspecified body region") not found in context group 100',
    # TID 1501 rows 11 and 12, and their like in TID 1410: qualitative evaluations, a code or a text under any name.
    '/CODE (111017,DCM,"CAD Processing and Findings Summary"): Content Item not in template',
    '/CODE (72704001,SCT,"Fracture"): Content Item not in template',
    '/CODE (RESULTSTATUS,99OSTEO,"Result status"): Content Item not in template',
    '/CODE (RETRACTREASON,99OSTEO,"Reason of retraction"): Content Item not in template',
    '/TEXT (121106,DCM,"Comment"): Content Item not in template',
    '/TEXT (121075,DCM,"Recommendation"): Content Item not in template',
    # The row that CP-2176 added to TID 1410, 1411 and 1501.
    '/CODE (276214006,SCT,"Finding category"): Content Item not in template',
    # TID 1410 row 3c; the validator knows it, but holds no group against TID 1410 where a report has two regions.
    '/CODE (130400,DCM,"Geometric purpose of region"): Content Item not in template',
)


def draft_in_part() -> StudyStatement:
    read, refused = make_header(), make_header("DX", number=2)
    return draft_images((read, read_image(read)), (refused, refuse_image(refused)), version=2)


def draft_unread() -> StudyStatement:
    header = make_header(drop=["Rows", "Columns", "BodyPartExamined", "Laterality"])
    return state(make_context(), find(refuse_image(header)), [ImageEvidence(header)])


def draft_two_boxes() -> StudyStatement:
    boxes = (BOX, Box("fracture", 0.6, 90.0, 20.0, 120.0, 50.5))
    return draft_image(make_header(), boxes=boxes)


def draft_two_sides() -> StudyStatement:
    headers = make_header(Laterality="L"), make_header(number=2, Laterality="R")
    return draft_images(*((header, read_image(header)) for header in headers))


def draft_suggestions() -> StudyStatement:
    header = make_header()
    return draft_images((header, read_image(header)), recommendations=True)


def draft_variant(name: str) -> StudyStatement:
    return draft_image(VARIANTS[name](), region="hip" if name == "unpaired" else "hand")


STUDIES: dict[str, Callable[[], StudyStatement]] = {
    **{name: partial(draft_variant, name) for name in VARIANTS},
    **{each.name: partial(draft_image, make_header(), each) for each in FractureState},
    "read in part": draft_in_part,
    "not read": draft_unread,
    "two boxes": draft_two_boxes,
    "two sides": draft_two_sides,
    "suggestions": draft_suggestions,
    "no box": lambda: draft_image(make_header(), FractureState.ABSENT, boxes=()),
}


#: The content is the same in the other class, see the unit tests; the validator knows the two apart.
FALLBACK = "fallback"
SELECTION = "key objects"


def compose_wrongly(change: Callable[[Dataset], None]) -> Dataset:
    """Return the report on two boxes with a mistake."""
    ds = open_document(draft_two_boxes(), DocumentKind.STRUCTURED_REPORT)
    change(ds)
    return ds


def find_item(ds: Dataset, code_value: str) -> Dataset:
    (item,) = [each for each in ds.ContentSequence if each.ConceptNameCodeSequence[0].CodeValue == code_value]
    return item


def drop_item(ds: Dataset, code_value: str) -> None:
    ds.ContentSequence.remove(find_item(ds, code_value))


def last_group(ds: Dataset) -> Dataset:
    group: Dataset = find_item(ds, "126010").ContentSequence[-1]
    return group


def invent_item(ds: Dataset) -> None:
    find_item(last_group(ds), "112039").ConceptNameCodeSequence[0].CodeValue = "invented"


def change_language(ds: Dataset) -> None:
    find_item(ds, "121049").ConceptCodeSequence[0].CodeValue = "klingon"


#: A mistake in the report, and what the validator must say of it.
MISTAKES: dict[str, tuple[Callable[[Dataset], None], str]] = {
    "a language nobody speaks": (change_language, "not found in context group"),
    "an item of no template": (invent_item, "Content Item not in template"),
    "a box without region": (lambda ds: drop_item(last_group(ds), "111030"), "Missing conditional content item"),
}


def read_reports() -> dict[str, Dataset]:
    """Return the report of every study, of the fallback and of every mistake, by name."""
    full, basic = DocumentKind.STRUCTURED_REPORT, DocumentKind.STRUCTURED_REPORT_BASIC
    reports = {name: open_document(draft(), full) for name, draft in STUDIES.items()}
    reports[FALLBACK] = open_document(draft_in_part(), basic)
    selected = draft_images((make_header(), read_image(make_header())), key_object_captures=True)
    reports[SELECTION] = open_document(selected, DocumentKind.KEY_OBJECT_SELECTION)
    return reports | {name: compose_wrongly(change) for name, (change, _) in MISTAKES.items()}


def describe_content(ds: Dataset) -> str:
    """Return all that a template can tell of a report: many sources differ in the header alone."""
    content = Dataset()
    content.SOPClassUID, content.ContentSequence = ds.SOPClassUID, ds.ContentSequence
    return content.to_json()


@pytest.fixture(scope="module")
def remarks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return what the validator says of every report but for what it does not know."""
    folder = tmp_path_factory.mktemp("reports")
    paths: dict[str, Path] = {}
    names: dict[str, str] = {}
    for name, ds in read_reports().items():
        names[name] = describe_content(ds)
        if names[name] not in paths:
            paths[names[name]] = folder / f"{len(paths)}.dcm"
            ds.save_as(paths[names[name]])
    said = find_remarks(list(paths.values()))
    return {
        name: [each for each in said[paths[content]] if not each.endswith(KNOWN)] for name, content in names.items()
    }


@pytest.mark.parametrize("name", [*STUDIES, FALLBACK, SELECTION])
def test_every_report_follows_its_templates(name: str, remarks: dict[str, list[str]]) -> None:
    assert remarks[name] == []


@pytest.mark.parametrize("name", MISTAKES)
def test_the_validator_is_heard_when_it_finds_a_mistake(name: str, remarks: dict[str, list[str]]) -> None:
    _, words = MISTAKES[name]
    assert any(words in each for each in remarks[name])
