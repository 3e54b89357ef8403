"""The presentation state, read back as a viewer reads it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset

from domain.document import DocumentKind
from domain.finding import Box, FractureState
from reporting.structured_report import outline
from tests.fakes.report_sources import (
    BOX,
    COLUMNS,
    ROWS,
    compose_image,
    draft_image,
    draft_images,
    make_header,
    open_document,
    pick,
    read_image,
    refuse_image,
)

PR = DocumentKind.PRESENTATION_STATE


def overlay(header: Dataset | None = None, state: FractureState = FractureState.PRESENT, **reading) -> Dataset:
    return open_document(draft_image(header or make_header(), state, **reading), PR)


def polylines(ds: Dataset) -> list[list[list[float]]]:
    (annotation,) = ds.GraphicAnnotationSequence
    objects = annotation.get("GraphicObjectSequence") or []
    assert all((one.GraphicType, one.GraphicAnnotationUnits) == ("POLYLINE", "PIXEL") for one in objects)
    return [np.array(one.GraphicData, np.float32).reshape(-1, 2).tolist() for one in objects]


def texts(ds: Dataset) -> list[str]:
    return [one.UnformattedTextValue for one in ds.GraphicAnnotationSequence[0].TextObjectSequence]


def test_the_polyline_is_the_box() -> None:
    (line,) = polylines(overlay())
    assert np.array_equal(line, outline(BOX).astype(np.float32))


def test_the_overlay_and_the_report_track_the_same_finding() -> None:
    composition = draft_image(make_header())
    (one,) = open_document(composition, PR).GraphicAnnotationSequence[0].GraphicObjectSequence
    assert one.TrackingUID.encode() in pick(composition, DocumentKind.STRUCTURED_REPORT)[0].content


def test_the_overlay_refers_to_its_own_image_only() -> None:
    first, second = make_header(), make_header(number=2)
    composition = draft_images((first, read_image(first, FractureState.ABSENT)), (second, read_image(second)))
    ds = open_document(composition, PR, 1)
    (series,) = ds.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == second.SeriesInstanceUID
    assert [item.ReferencedSOPInstanceUID for item in series.ReferencedImageSequence] == [second.SOPInstanceUID]
    assert len(polylines(ds)) == 1
    assert polylines(open_document(composition, PR, 0)) == []


@pytest.mark.parametrize(
    ("state", "layer", "words"),
    [
        (FractureState.PRESENT, "AI PRESENT", "AI: Suspected fracture, fracture probability 93%"),
        (FractureState.DOUBT, "AI DOUBT", "AI: Doubt: fracture not excluded"),
        (FractureState.ABSENT, "AI NEGATIVE", "AI: No fracture detected"),
    ],
)
def test_each_level_has_its_layer_and_its_words(state: FractureState, layer: str, words: str) -> None:
    ds = overlay(state=state)
    assert [one.GraphicLayer for one in ds.GraphicLayerSequence] == [layer]
    assert ds.GraphicAnnotationSequence[0].GraphicLayer == layer
    assert texts(ds)[0].startswith(words)
    assert "not a diagnosis" in texts(ds)[1]
    assert bool(polylines(ds)) is (state is not FractureState.ABSENT)


@pytest.mark.parametrize(("side", "words"), [("L", "side: left"), ("R", "side: right"), ("", "side not stated")])
def test_the_side_is_stated_as_the_header_has_it(side: str, words: str) -> None:
    ds = overlay(make_header(Laterality=side))
    assert words in texts(ds)[0]
    assert ds.Laterality == side


def test_an_unpaired_part_has_no_laterality() -> None:
    header = make_header(BodyPartExamined="PELVIS", drop=["Laterality"])
    assert "Laterality" not in overlay(header, region="hip")


@pytest.mark.parametrize(
    ("elements", "shape"),
    [
        ({}, "IDENTITY"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, "INVERSE"),
        ({"PresentationLUTShape": "INVERSE"}, "INVERSE"),
    ],
)
def test_bone_stays_bright(elements: dict[str, Any], shape: tuple[int, int]) -> None:
    assert overlay(make_header(**elements)).PresentationLUTShape == shape


def test_the_grey_scale_is_the_sources() -> None:
    ds = overlay(make_header(RescaleIntercept="-5", RescaleSlope="2", WindowCenter="99", WindowWidth="33"))
    (voi,) = ds.SoftcopyVOILUTSequence
    assert (ds.RescaleIntercept, ds.RescaleSlope, voi.WindowCenter, voi.WindowWidth) == (-5, 2, 99, 33)


@pytest.mark.parametrize("drop", [["WindowCenter", "WindowWidth"], ["WindowWidth"]])
def test_a_source_without_a_whole_window_leaves_it_to_the_viewer(drop: list[str]) -> None:
    assert "SoftcopyVOILUTSequence" not in overlay(make_header(drop=drop))


def test_spacing_is_stated_and_the_aspect_only_where_there_is_none() -> None:
    (spaced,) = overlay(make_header(ImagerPixelSpacing=["0.2", "0.1"])).DisplayedAreaSelectionSequence
    assert [float(value) for value in spaced.PresentationPixelSpacing] == [0.2, 0.1]
    assert "PresentationPixelAspectRatio" not in spaced
    header = make_header(PixelAspectRatio=[4, 3], drop=["ImagerPixelSpacing"])
    (shaped,) = overlay(header).DisplayedAreaSelectionSequence
    assert list(shaped.PresentationPixelAspectRatio) == [4, 3]
    assert "PresentationPixelSpacing" not in shaped


def test_the_whole_image_is_displayed() -> None:
    (area,) = overlay().DisplayedAreaSelectionSequence
    assert list(area.DisplayedAreaTopLeftHandCorner) == [1, 1]
    assert list(area.DisplayedAreaBottomRightHandCorner) == [COLUMNS, ROWS]


edge = st.floats(-50, ROWS + 50, allow_nan=False, width=32)


@settings(max_examples=15, deadline=None)
@given(x=st.tuples(edge, edge), y=st.tuples(edge, edge))
def test_nothing_is_drawn_beside_the_image(x: tuple[float, float], y: tuple[float, float]) -> None:
    if x[0] == x[1] or y[0] == y[1]:
        return
    ds = overlay(boxes=(Box("fracture", 0.9, min(x), min(y), max(x), max(y)),))
    for line in polylines(ds):
        assert all(0 <= column <= COLUMNS and 0 <= row <= ROWS for column, row in line)
    for text in ds.GraphicAnnotationSequence[0].TextObjectSequence[2:]:
        left, top = text.BoundingBoxTopLeftHandCorner
        right, bottom = text.BoundingBoxBottomRightHandCorner
        assert 0 <= left < right <= COLUMNS
        assert 0 <= top < bottom <= ROWS


def test_an_image_that_was_not_read_has_no_overlay() -> None:
    header = make_header()
    assert pick(draft_images((header, refuse_image(header))), PR) == []


def test_a_colour_image_has_no_overlay_and_the_reason_is_given() -> None:
    composition = compose_image(make_header("SC", SamplesPerPixel=3, PhotometricInterpretation="RGB"))
    assert pick(composition, PR) == []
    assert [(item.kind, item.reason) for item in composition.withheld] == [(PR, "image 1 is in colour")]


def test_series_and_instance_are_numbered() -> None:
    ds = overlay()
    assert (ds.SeriesNumber, ds.InstanceNumber, ds.Modality) == (9103, 1, "PR")


def test_of_several_windows_the_overlay_repeats_the_first() -> None:
    windows = {"WindowCenter": ["1400", "900"], "WindowWidth": ["2800", "1200"]}
    ds = open_document(
        draft_image(make_header(**windows, WindowCenterWidthExplanation=["BONE", "SOFT"])),
        DocumentKind.PRESENTATION_STATE,
    )
    (voi,) = ds.SoftcopyVOILUTSequence
    assert (voi.WindowCenter, voi.WindowWidth, voi.WindowCenterWidthExplanation) == (1400, 2800, "BONE")


def test_of_several_tables_the_overlay_repeats_the_first() -> None:
    tables = [Dataset(), Dataset()]
    tables[0].LUTExplanation, tables[1].LUTExplanation = "BONE", "SOFT"
    header = make_header(drop=["WindowCenter", "WindowWidth"], VOILUTSequence=tables)
    ds = open_document(draft_image(header), DocumentKind.PRESENTATION_STATE)
    assert [table.LUTExplanation for table in ds.SoftcopyVOILUTSequence[0].VOILUTSequence] == ["BONE"]
