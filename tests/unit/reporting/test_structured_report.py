"""The structured report, read back as another program reads it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.uid import Comprehensive3DSRStorage, ComprehensiveSRStorage

from domain.document import DocumentKind
from domain.finding import Box, FractureState
from reporting.structured_report import outline
from tests.fakes.report_sources import (
    BOX,
    COLUMNS,
    ROWS,
    draft_image,
    draft_images,
    make_header,
    open_document,
    read_image,
    refuse_image,
)

REPORT, BASIC = DocumentKind.STRUCTURED_REPORT, DocumentKind.STRUCTURED_REPORT_BASIC
FINDING, IMAGE, STUDY = "130400", "Image", "Study"


def walk(item: Dataset) -> Iterator[Dataset]:
    yield item
    for child in item.get("ContentSequence", ()):
        yield from walk(child)


def name(item: Dataset) -> str:
    concept = item.get("ConceptNameCodeSequence")
    return str(concept[0].CodeValue) if concept else ""


def values(item: Dataset, concept: str) -> list[str]:
    found = [child for child in walk(item) if name(child) == concept]
    return [read_value(child) for child in found]


def read_value(item: Dataset) -> str:
    if item.ValueType == "CODE":
        return str(item.ConceptCodeSequence[0].CodeMeaning)
    if item.ValueType == "NUM":
        return str(item.MeasuredValueSequence[0].NumericValue)
    return str(item.get("TextValue") or item.get("UID"))


def regions(ds: Dataset) -> list[Dataset]:
    return [item for item in walk(ds) if item.get("ValueType") == "SCOORD" and name(item) == "111030"]


def groups(ds: Dataset) -> list[Dataset]:
    return [item for item in walk(ds) if name(item) == "125007"]


def test_the_study_and_the_image_and_the_box_have_a_group_each() -> None:
    study, image, box = groups(open_document(draft_image(make_header()), REPORT))
    assert values(study, "111017") == ["All algorithms succeeded; with findings"]
    for group in (study, image, box):
        assert values(group, "72704001") == ["Present"]
        assert values(group, "121071") == ["Fracture"]
        assert values(group, "111012") == ["93.0"]
        assert values(group, "363698007") == ["Wrist joint"]
        assert values(group, "272741003") == ["Left"]
        assert values(group, "111001") == ["Osteonode"]
    assert values(box, FINDING) == ["Bounded by"]


@pytest.mark.parametrize(
    ("states", "summary", "presence", "flag"),
    [
        ([FractureState.ABSENT], "All algorithms succeeded; without findings", "Absent", "COMPLETE"),
        ([FractureState.DOUBT], "All algorithms succeeded; with findings", "Undetermined", "COMPLETE"),
        ([FractureState.PRESENT, None], "Not all algorithms succeeded; with findings", "Present", "PARTIAL"),
        ([FractureState.ABSENT, None], "Not all algorithms succeeded; without findings", "Undetermined", "PARTIAL"),
        ([None], "No algorithms succeeded; without findings", "Undetermined", "PARTIAL"),
    ],
)
def test_every_outcome_is_coded_and_none_is_told_by_absence(
    states: list[FractureState | None], summary: str, presence: str, flag: str
) -> None:
    headers = [make_header(number=number) for number in range(1, len(states) + 1)]
    pairs = [
        (header, read_image(header, one) if one else refuse_image(header))
        for header, one in zip(headers, states, strict=True)
    ]
    ds = open_document(draft_images(*pairs), REPORT)
    study = groups(ds)[0]
    assert values(study, "111017") == [summary]
    assert values(study, "72704001") == [presence]
    assert ds.CompletionFlag == flag
    assert (ds.VerificationFlag, ds.PreliminaryFlag, ds.ContentQualification) == (
        "UNVERIFIED",
        "PRELIMINARY",
        "RESEARCH",
    )


def test_the_comment_names_the_reason_of_every_unread_image_and_that_it_is_no_diagnosis() -> None:
    read, refused = make_header(), make_header(number=2)
    ds = open_document(draft_images((read, read_image(read)), (refused, refuse_image(refused))), REPORT)
    (comment,) = values(groups(ds)[0], "121106")
    assert "not a diagnosis" in comment
    assert "Image 2 (series 2, instance 1): Not analysed: The body part is not one that the models know" in comment


@pytest.mark.parametrize(("side", "meaning"), [("L", "Left"), ("R", "Right")])
def test_the_side_in_the_report_is_the_headers(side: str, meaning: str) -> None:
    ds = open_document(draft_image(make_header(Laterality=side)), REPORT)
    assert set(values(ds, "272741003")) == {meaning}


@pytest.mark.parametrize("elements", [{"Laterality": ""}, {"ImageLaterality": "R"}])
def test_a_side_that_is_absent_or_contradictory_is_left_out(elements: dict[str, Any]) -> None:
    ds = open_document(draft_image(make_header(**elements)), REPORT)
    assert values(ds, "272741003") == []
    assert values(ds, "363698007") != []


def test_two_images_of_two_sides_keep_their_own_side() -> None:
    left, right = make_header(Laterality="L"), make_header(number=2, Laterality="R")
    ds = open_document(draft_images((left, read_image(left)), (right, read_image(right))), REPORT)
    by_image = {values(group, "112039")[0]: values(group, "272741003") for group in groups(ds)}
    assert by_image["Image 1 fracture 1"] == ["Left"]
    assert by_image["Image 2 fracture 1"] == ["Right"]
    assert by_image["Study"] == ["Left", "Right"]


def test_a_box_refers_to_the_image_it_was_found_on() -> None:
    first, second = make_header(), make_header(number=2)
    ds = open_document(
        draft_images((first, read_image(first, FractureState.ABSENT)), (second, read_image(second))), REPORT
    )
    (region,) = regions(ds)
    (image,) = region.ContentSequence
    assert image.RelationshipType == "SELECTED FROM"
    assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == second.SOPInstanceUID


corner = st.floats(0, min(ROWS, COLUMNS), allow_nan=False, width=32)


@settings(max_examples=10, deadline=None)
@given(x=st.tuples(corner, corner), y=st.tuples(corner, corner))
def test_a_box_comes_back_as_it_went(x: tuple[float, float], y: tuple[float, float]) -> None:
    if x[0] == x[1] or y[0] == y[1]:
        return
    box = Box("fracture", 0.9, min(x), min(y), max(x), max(y))
    ds = open_document(draft_image(make_header(), boxes=(box,)), REPORT)
    (region,) = regions(ds)
    assert region.GraphicType == "POLYLINE"
    points = np.array(region.GraphicData, np.float32).reshape(-1, 2)
    assert np.array_equal(points, outline(box).astype(np.float32))
    assert points[0].tolist() == points[-1].tolist() == [box.x_min_px, box.y_min_px]
    assert points.max(axis=0).tolist() == [box.x_max_px, box.y_max_px]


def test_the_outline_is_column_then_row_clockwise_and_closed() -> None:
    expected = [[20.25, 60.5], [70.75, 60.5], [70.75, 110.0], [20.25, 110.0], [20.25, 60.5]]
    assert outline(BOX).tolist() == expected


def test_the_fallback_says_the_same_in_another_class() -> None:
    composition = draft_image(make_header())
    full, basic = open_document(composition, REPORT), open_document(composition, BASIC)
    assert (full.SOPClassUID, basic.SOPClassUID) == (Comprehensive3DSRStorage, ComprehensiveSRStorage)
    assert full.SOPInstanceUID != basic.SOPInstanceUID
    for ds in (full, basic):
        del ds.SOPClassUID, ds.SOPInstanceUID, ds.InstanceNumber
    assert full == basic


def test_every_container_is_separate() -> None:
    ds = open_document(draft_image(make_header()), REPORT)
    containers = [item for item in walk(ds) if item.get("ValueType") == "CONTAINER"]
    assert {item.ContinuityOfContent for item in containers} == {"SEPARATE"}
    assert len(containers) == 5


def test_the_evidence_lists_every_image_by_its_series() -> None:
    headers = [make_header(), make_header(number=2)]
    ds = open_document(draft_images(*((header, refuse_image(header)) for header in headers)), REPORT)
    (study,) = ds.CurrentRequestedProcedureEvidenceSequence
    listed = {
        series.SeriesInstanceUID: series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        for series in study.ReferencedSeriesSequence
    }
    assert listed == {header.SeriesInstanceUID: header.SOPInstanceUID for header in headers}


def test_contributing_equipment_observer_and_algorithm_agree() -> None:
    ds = open_document(draft_image(make_header()), REPORT)
    equipment = ds.ContributingEquipmentSequence[0]
    assert equipment.PurposeOfReferenceCodeSequence[0].CodeValue == "109102"
    assert values(ds, "121012") == [equipment.DeviceUID]
    assert values(ds, "121014") == [equipment.Manufacturer]
    assert set(values(ds, "111001")) == {equipment.ManufacturerModelName} == {ds.ManufacturerModelName}
    assert set(values(ds, "111003")) == {equipment.SoftwareVersions} == {ds.SoftwareVersions}
    assert "model=fracture-mobilenet 1.2" in values(ds, "111002")


def test_an_algorithm_is_told_by_the_rows_of_its_template_and_in_their_order() -> None:
    group = groups(open_document(draft_image(make_header()), REPORT))[-1]
    modifiers = [name(item) for item in group.ContentSequence if item.RelationshipType == "HAS CONCEPT MOD"]
    assert modifiers == ["363698007", "111001", "111003", "111002", "111002", "111002", "111000"]
