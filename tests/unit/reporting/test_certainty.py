"""What a report measures, and of which image; OHIF opens a report only where every group has coordinates on one."""

from collections.abc import Iterator

import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from domain.finding import FractureState
from reporting.evidence import ImageEvidence
from reporting.statement import StudyStatement, state
from tests.fakes.report_sources import (
    COLUMNS,
    ROWS,
    draft_image,
    draft_images,
    find,
    make_context,
    make_header,
    open_document,
    read_image,
    refuse_image,
)

CORNERS = [0.0, 0.0, COLUMNS, 0.0, COLUMNS, ROWS, 0.0, ROWS]


def walk(item: Dataset) -> Iterator[Dataset]:
    yield item
    for child in item.get("ContentSequence", ()):
        yield from walk(child)


def name(item: Dataset) -> str:
    concept = item.get("ConceptNameCodeSequence")
    return str(concept[0].CodeValue) if concept else ""


def groups(statement: StudyStatement) -> dict[str, Dataset]:
    """Return the measurement groups of the report by their tracking identifier."""
    ds = open_document(statement, DocumentKind.STRUCTURED_REPORT)
    found = [item for item in walk(ds) if name(item) == "125007"]
    return {next(child.TextValue for child in walk(group) if name(child) == "112039"): group for group in found}


def coordinates(group: Dataset) -> list[Dataset]:
    return [item for item in walk(group) if item.get("ValueType") == "SCOORD"]


def source_of(coordinate: Dataset) -> str:
    (image,) = coordinate.ContentSequence
    assert image.RelationshipType == "SELECTED FROM"
    return str(image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID)


def draft_outcomes(*outcomes: FractureState | None) -> StudyStatement:
    headers = [make_header(number=number) for number in range(1, len(outcomes) + 1)]
    readings = [
        read_image(header, one) if one else refuse_image(header) for header, one in zip(headers, outcomes, strict=True)
    ]
    return draft_images(*zip(headers, readings, strict=True))


@pytest.mark.parametrize("outcome", [*FractureState, None])
def test_every_group_has_coordinates_on_an_image(outcome: FractureState | None) -> None:
    found = groups(draft_outcomes(outcome))
    assert {identifier: len(coordinates(group)) for identifier, group in found.items()} == dict.fromkeys(found, 1)


def test_what_is_measured_of_an_image_names_its_corners_and_draws_no_outline() -> None:
    (corners,) = coordinates(groups(draft_image(make_header()))["Image 1"])
    assert corners.RelationshipType == "INFERRED FROM"
    assert corners.GraphicType == "MULTIPOINT"
    assert list(corners.GraphicData) == CORNERS


def test_corners_are_columns_then_rows_of_the_image_they_are_on() -> None:
    wide = make_header(number=2, Rows=100, Columns=400)
    first = make_header()
    found = groups(draft_images((first, read_image(first)), (wide, read_image(wide, boxes=()))))
    (corners,) = coordinates(found["Image 2"])
    assert list(corners.GraphicData) == [0.0, 0.0, 400.0, 0.0, 400.0, 100.0, 0.0, 100.0]
    assert source_of(corners) == wide.SOPInstanceUID


def test_the_study_is_measured_on_the_image_that_decides_it() -> None:
    found = groups(draft_outcomes(FractureState.ABSENT, FractureState.PRESENT))
    (corners,) = coordinates(found["Study"])
    assert source_of(corners) == source_of(coordinates(found["Image 2"])[0])
    assert source_of(corners) != source_of(coordinates(found["Image 1"])[0])


def test_of_a_study_nobody_could_read_no_certainty_is_stated_but_that_0_images_were_read() -> None:
    (study,) = groups(draft_outcomes(None, None)).values()
    (number,) = [item for item in walk(study) if item.get("ValueType") == "NUM"]
    assert name(number) == "IMGREAD"
    assert number.MeasuredValueSequence[0].NumericValue == 0
    assert source_of(coordinates(study)[0]) == make_header().SOPInstanceUID


def test_an_image_without_a_size_has_no_corners() -> None:
    header = make_header(drop=["Rows", "Columns"])
    unread = state(make_context(), find(refuse_image(header)), [ImageEvidence(header)])
    (study,) = groups(unread).values()
    assert [item for item in walk(study) if item.get("ValueType") in ("NUM", "SCOORD")] == []
