"""Which side and view a header's words name, and that they never do so by accident."""

from typing import Any

import pytest
from pydicom import Dataset

from reporting.descriptions import describe_side, describe_view, position_view
from reporting.source import Source
from tests.fakes.report_sources import make_header


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("XR LEFT WRIST 2V", "L"),
        ("Rt hand", "R"),
        ("HAND_RIGHT", "R"),
        ("Handgelenk links", "L"),
        ("main droite", "R"),
        ("muñeca izquierda", "L"),
        ("اليد اليمنى", "R"),
        ("LEFT and RIGHT hands", ""),
        ("R/O fracture", ""),
        ("L SPINE", ""),
        ("bright film, leftover", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("keyword", ["StudyDescription", "SeriesDescription", "ProtocolName"])
def test_a_side_is_a_whole_word(keyword: str, text: str, side: str) -> None:
    assert describe_side(make_header(**{"StudyDescription": "", keyword: text})) == side


@pytest.mark.parametrize(("code", "side"), [("7771000", "L"), ("24028007", "R"), ("G-A100", "R"), ("51440002", "")])
def test_a_coded_side_counts_as_a_word(code: str, side: str) -> None:
    region, modifier = Dataset(), Dataset()
    modifier.CodeValue = code
    region.AnatomicRegionModifierSequence = [modifier]
    assert describe_side(make_header(AnatomicRegionSequence=[region])) == side


@pytest.mark.parametrize(
    ("text", "view"),
    [("Hand PA", "frontal"), ("LATERAL", "lateral"), ("AP LAT", ""), ("bilateral", ""), ("Hand seitlich", "lateral")],
)
def test_a_view_is_a_whole_word(text: str, view: str) -> None:
    assert describe_view(make_header(SeriesDescription=text)) == view


@pytest.mark.parametrize(("stated", "view"), [("PA", "frontal"), ("ll", "lateral"), ("OBLIQUE", ""), ("", "")])
def test_view_position_is_of_a_group(stated: str, view: str) -> None:
    assert position_view(stated) == view


@pytest.mark.parametrize(
    ("elements", "stated"),
    [
        ({"Laterality": "L", "StudyDescription": "XR right wrist"}, ("L", True, "R")),
        ({"Laterality": "R", "SeriesDescription": "LT HAND PA"}, ("R", True, "L")),
        ({"Laterality": "L", "StudyDescription": "XR left wrist"}, ("L", False, "")),
        ({"Laterality": "L", "StudyDescription": "both wrists, left and right"}, ("L", False, "")),
        ({"Laterality": "B", "StudyDescription": "left wrist"}, ("B", False, "")),
        ({"Laterality": "", "StudyDescription": "left wrist"}, ("", False, "")),
        ({"Laterality": "L", "ImageLaterality": "R", "StudyDescription": "left"}, ("", True, "")),
    ],
)
def test_words_contradict_an_attribute_and_never_stand_in_for_one(elements: dict[str, Any], stated: Any) -> None:
    side = Source(make_header(**elements)).side
    assert (side.value, side.contradictory, side.described) == stated


@pytest.mark.parametrize(
    ("elements", "views"),
    [
        ({"ViewPosition": "PA", "SeriesDescription": "LATERAL"}, ("frontal", "lateral")),
        ({"ViewPosition": "LL", "ProtocolName": "Hand AP"}, ("lateral", "frontal")),
        ({"ViewPosition": "PA", "SeriesDescription": "PA"}, None),
        ({"ViewPosition": "PA", "SeriesDescription": "PA and LATERAL"}, None),
        ({"ViewPosition": "PA", "StudyDescription": "lateral"}, None),
        ({"SeriesDescription": "lateral"}, None),
    ],
)
def test_two_views_are_contradictory_where_both_are_named(elements: dict[str, Any], views: Any) -> None:
    assert Source(make_header(**elements)).contradictory_views == views
