"""Headers as they come: read without a guess, put back verbatim."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydicom import Dataset

from reporting.source import TYPE_2, Source, identity_keywords
from tests.fakes.report_sources import make_header


@pytest.mark.parametrize(
    ("elements", "value", "contradictory"),
    [
        ({"Laterality": "L"}, "L", False),
        ({"Laterality": "R"}, "R", False),
        ({"Laterality": "", "ImageLaterality": "R"}, "R", False),
        ({"Laterality": "L", "ImageLaterality": "L"}, "L", False),
        ({"Laterality": "L", "ImageLaterality": "R"}, "", True),
        ({"Laterality": "", "ImageLaterality": "B"}, "B", False),
        ({"Laterality": "", "ImageLaterality": "U"}, "", False),
        ({"Laterality": "X"}, "", False),
        ({"Laterality": ""}, "", False),
    ],
)
def test_the_side_is_what_the_header_states_and_never_a_guess(
    elements: dict[str, Any], value: str, contradictory: bool
) -> None:
    side = Source(make_header(**elements)).side
    assert (side.value, side.contradictory) == (value, contradictory)


def test_a_marker_in_the_view_or_description_states_no_side() -> None:
    header = make_header(drop=["Laterality"], SeriesDescription="LEFT WRIST", ViewPosition="LL")
    assert Source(header).side.value == ""


@pytest.mark.parametrize(
    ("elements", "inverse"),
    [
        ({}, False),
        ({"PhotometricInterpretation": "MONOCHROME1"}, True),
        ({"PresentationLUTShape": "INVERSE"}, True),
        ({"PresentationLUTShape": "IDENTITY"}, False),
    ],
)
def test_white_lows_need_an_inverse_shape(elements: dict[str, Any], inverse: bool) -> None:
    assert Source(make_header(**elements)).inverse is inverse


@pytest.mark.parametrize(
    ("elements", "aspect"),
    [
        ({}, (0.175, 0.175)),
        ({"PixelSpacing": ["0.1", "0.2"]}, (0.1, 0.2)),
        ({"ImagerPixelSpacing": "", "PixelAspectRatio": [4, 3]}, (4.0, 3.0)),
        ({"ImagerPixelSpacing": ["0", "0"]}, (1.0, 1.0)),
        ({"ImagerPixelSpacing": ""}, (1.0, 1.0)),
    ],
)
def test_the_shape_of_a_pixel_is_vertical_then_horizontal(
    elements: dict[str, Any], aspect: tuple[float, float]
) -> None:
    assert Source(make_header(**elements)).aspect == aspect


def test_the_skeleton_names_no_patient() -> None:
    skeleton = Source(make_header()).skeleton
    assert all(not skeleton[keyword].value for keyword in TYPE_2)
    assert skeleton.SOPInstanceUID == make_header().SOPInstanceUID


def test_restoring_replaces_what_another_hand_wrote_and_leaves_no_type_2_out() -> None:
    header = make_header(drop=["StudyID", "StudyDescription"], PatientComments="verbatim")
    ds = Dataset()
    ds.PatientID, ds.StudyDescription, ds.SpecificCharacterSet = "WRONG", "WRONG", "ISO_IR 192"
    Source(header).restore(ds)
    assert ds.PatientID == "PID-4711"
    assert ds.PatientComments == "verbatim"
    assert ds.StudyID in ("", None)
    assert "StudyDescription" not in ds
    assert "SpecificCharacterSet" not in ds


def test_a_restored_element_is_a_copy() -> None:
    header = make_header()
    ds = Dataset()
    Source(header).restore(ds)
    ds.PatientID = "CHANGED"
    assert header.PatientID == "PID-4711"


def test_the_identity_holds_the_attributes_an_archive_matches_on() -> None:
    assert {"PatientID", "IssuerOfPatientID", "PatientName", "StudyInstanceUID", "AccessionNumber"} <= set(
        identity_keywords()
    )


def test_times_are_given_in_the_sources_own_zone() -> None:
    noon = datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert Source(make_header(TimezoneOffsetFromUTC="-0330")).local_time(noon).strftime("%H%M%z") == "0830-0330"
    assert Source(make_header()).local_time(noon) == noon
    assert Source(make_header(TimezoneOffsetFromUTC="+9999")).local_time(noon) == noon


@pytest.mark.parametrize(("stated", "read"), [("WRIST", "WRIST"), ("wrist", "WRIST"), ("Hand li.", ""), ("X" * 17, "")])
def test_a_body_part_that_is_no_code_string_is_not_repeated(stated: Any, read: Any) -> None:
    assert Source(make_header(BodyPartExamined=stated)).body_part == read


@pytest.mark.parametrize(
    ("stated", "read"), [(["R", "F"], ("R", "F")), (["A"], ()), ("", ()), (["Q", "F"], ()), (["R", ""], ())]
)
def test_a_malformed_orientation_is_unknown(stated: Any, read: Any) -> None:
    assert Source(make_header(PatientOrientation=stated)).orientation == read


@pytest.mark.parametrize(
    ("age", "born", "studied", "years"),
    [
        ("045Y", "", "", 45),
        ("023M", "", "", 1),
        ("010W", "", "", 0),
        ("003D", "", "", 0),
        ("", "20100102", "20260102", 16),
        ("", "20100103", "20260102", 15),
        ("016Y", "20100103", "20260102", 16),
        ("010Y", "19400101", "20260102", None),
        ("", "20260103", "20260102", None),
        ("", "1940", "20260102", None),
        ("45", "", "", None),
        ("999Y", "", "", None),
        ("", "", "20260102", None),
    ],
)
def test_the_age_is_stated_or_counted_and_never_a_guess(age: str, born: str, studied: str, years: int | None) -> None:
    header = make_header(PatientAge=age, PatientBirthDate=born, StudyDate=studied)
    assert Source(header).age_years == years
