"""Which images to look at first: those with a suspicion or a doubt, no other, and nothing that was not asked for."""

from collections.abc import Callable

import pytest
from pydicom import Dataset

from domain.document import DocumentKind
from domain.finding import FractureState
from reporting.statement import StudyStatement
from tests.fakes.report_sources import (
    STUDY_INSTANCE_UID,
    compose_images,
    draft_images,
    make_header,
    open_document,
    pick,
    read_image,
    refuse_image,
)
from tests.fakes.spoilt_documents import assert_refused

KEY, CAPTURE = DocumentKind.KEY_OBJECT_SELECTION, DocumentKind.SECONDARY_CAPTURE
EVIDENCE = "CurrentRequestedProcedureEvidenceSequence"
PRESENT, DOUBT, ABSENT = FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT
HEADERS = [make_header(number=number) for number in range(1, 5)]


def draft(*states: FractureState | None, **settings: object) -> StudyStatement:
    """A study with one image for each state; None: it was not read."""
    pairs = zip(HEADERS, states, strict=False)
    return draft_images(
        *((header, read_image(header, each) if each else refuse_image(header)) for header, each in pairs), **settings
    )


def selected(ds: Dataset) -> list[str]:
    images = [item for item in ds.ContentSequence if item.ValueType == "IMAGE"]
    return [item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in images]


def test_it_names_the_images_with_a_suspicion_or_a_doubt_and_no_other() -> None:
    ds = open_document(draft(ABSENT, PRESENT, None, DOUBT), KEY)
    assert selected(ds) == [HEADERS[1].SOPInstanceUID, HEADERS[3].SOPInstanceUID]
    assert ds.ConceptNameCodeSequence[0].CodeValue == "113000"


def test_each_image_stands_in_its_own_series_of_the_study() -> None:
    (study,) = open_document(draft(PRESENT, DOUBT), KEY)[EVIDENCE].value
    assert study.StudyInstanceUID == STUDY_INSTANCE_UID
    series = {
        one.SeriesInstanceUID: item.ReferencedSOPInstanceUID
        for one in study.ReferencedSeriesSequence
        for item in one.ReferencedSOPSequence
    }
    assert series == {header.SeriesInstanceUID: header.SOPInstanceUID for header in HEADERS[:2]}


def test_captures_are_named_where_the_site_wants_them_by_the_names_that_they_have() -> None:
    statement = draft(PRESENT, ABSENT, DOUBT, key_object_captures=True)
    captures = [open_document(statement, CAPTURE, index) for index in range(3)]
    ds = open_document(statement, KEY)
    assert selected(ds) == [
        *(HEADERS[0].SOPInstanceUID, captures[0].SOPInstanceUID),
        *(HEADERS[2].SOPInstanceUID, captures[2].SOPInstanceUID),
    ]
    (study,) = ds[EVIDENCE].value
    assert captures[0].SeriesInstanceUID in {one.SeriesInstanceUID for one in study.ReferencedSeriesSequence}


def test_it_says_what_was_found_and_that_no_person_selected_it() -> None:
    ds = open_document(draft(PRESENT, ABSENT), KEY)
    (text,) = [
        item.TextValue for item in ds.ContentSequence if item.ValueType == "TEXT" and "Image 1" in item.TextValue
    ]
    assert "not a diagnosis" in text
    assert "selected by software" in text
    assert "Suspected fracture" in text
    assert "Image 2" not in text


@pytest.mark.parametrize("states", [(ABSENT,), (None,), (ABSENT, None)])
def test_where_nothing_is_of_interest_there_is_none_and_we_say_why(states: tuple[FractureState | None, ...]) -> None:
    pairs = [
        (header, read_image(header, each) if each else refuse_image(header))
        for header, each in zip(HEADERS, states, strict=False)
    ]
    composition = compose_images(*pairs, optional_documents=("key_object_selection",))
    assert pick(composition, KEY) == []
    assert [each.reason for each in composition.withheld if each.kind is KEY] == [
        "no image with a suspected or doubtful fracture"
    ]


def test_nothing_is_made_or_said_where_nobody_asked() -> None:
    composition = compose_images((HEADERS[0], read_image(HEADERS[0])))
    assert pick(composition, KEY) == []
    assert KEY not in {each.kind for each in composition.withheld}


def name_another(ds: Dataset) -> None:
    for item in ds.ContentSequence:
        if item.ValueType == "IMAGE":
            item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID = "1.2.3"
    ds[EVIDENCE].value[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID = "1.2.3"


def name_the_patient_otherwise(ds: Dataset) -> None:
    ds.PatientID = "PID-4712"


@pytest.mark.parametrize(
    ("change", "problem"), [(name_another, "refers to 1.2.3"), (name_the_patient_otherwise, "PatientID")]
)
def test_one_that_is_wrong_does_not_leave(change: Callable[[Dataset], None], problem: str) -> None:
    assert_refused(KEY, change, problem)
