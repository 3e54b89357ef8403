"""The secondary capture, looked at pixel by pixel as a viewer shows it."""

from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydicom import Dataset, dcmread

from domain.document import DocumentKind
from domain.finding import Box, FractureState
from reporting.captures.canvas import INK
from reporting.captures.secondary_capture import COLOURS
from reporting.evidence import ImageEvidence
from reporting.statement import state as say
from tests.fakes.report_sources import (
    COLUMNS,
    ROWS,
    draft_image,
    draft_images,
    find,
    make_context,
    make_header,
    make_picture,
    open_document,
    pick,
    read_image,
    refuse_image,
)

SC = DocumentKind.SECONDARY_CAPTURE
PRESENT, DOUBT, ABSENT = FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT
BOX = Box("fracture", 0.93, 20.0, 60.0, 71.0, 110.0)


def capture(header: Dataset, state: FractureState = PRESENT, boxes=(BOX,), display=None, **settings) -> Dataset:
    display = make_picture(int(header.Rows), int(header.Columns)) if display is None else display
    evidence = [ImageEvidence(header, display)]
    return open_document(say(make_context(**settings), find(read_image(header, state, boxes)), evidence), SC)


def crop_picture(ds: Dataset, rows: int, columns: int) -> np.ndarray:
    """The part of a sheet that shows the picture: below the banner, in the middle."""
    pixels = ds.pixel_array
    top = find_picture_top(pixels, rows)
    left = (pixels.shape[1] - columns) // 2
    picture: np.ndarray = pixels[top : top + rows, left : left + columns]
    return picture


def find_picture_top(pixels: np.ndarray, rows: int) -> int:
    """The banner's coloured bar at the left edge ends where the picture begins."""
    return int(np.flatnonzero(pixels[:, 1].max(axis=1) > 100).max()) + 1


def is_coloured(pixels: np.ndarray, state: FractureState) -> np.ndarray:
    return np.all(pixels == COLOURS[state], axis=-1)


def test_the_drawn_box_surrounds_exactly_the_boxs_pixels() -> None:
    drawn = is_coloured(crop_picture(capture(make_header()), ROWS, COLUMNS), PRESENT)
    line = 2
    expected = np.zeros((ROWS, COLUMNS), bool)
    expected[60 - line : 110 + line, 20 - line : 71 + line] = True
    expected[60:110, 20:71] = False
    label = np.zeros_like(expected)
    label[: 60 - 2 * line] = True
    assert np.array_equal(drawn & ~label, expected)


def test_the_picture_outside_box_and_label_is_untouched_and_nothing_is_drawn_inside_a_box() -> None:
    picture = make_picture()
    shown = crop_picture(capture(make_header()), ROWS, COLUMNS)
    differs = np.any(shown != picture[..., None], axis=-1)
    rows, columns = np.nonzero(differs)
    assert not differs[60:110, 20:71].any()
    assert rows.min() >= 60 - 24
    assert rows.max() < 110 + 2
    assert columns.min() >= 20 - 2
    assert columns.max() < 20 + 110


def test_a_negative_image_is_shown_without_a_mark() -> None:
    shown = crop_picture(capture(make_header(), ABSENT), ROWS, COLUMNS)
    assert np.array_equal(shown, np.repeat(make_picture()[..., None], 3, axis=-1))


def test_doubt_is_dashed() -> None:
    shown = crop_picture(capture(make_header(), DOUBT), ROWS, COLUMNS)
    edge = is_coloured(shown, DOUBT)[60:110, 71]
    assert edge.any()
    assert not edge.all()
    assert not is_coloured(shown, PRESENT).any()


def test_boxes_scale_with_a_picture_smaller_than_the_image() -> None:
    header = make_header(Rows=2 * ROWS, Columns=2 * COLUMNS)
    doubled = Box("fracture", 0.93, 40.0, 120.0, 142.0, 220.0)
    small = crop_picture(capture(header, boxes=(doubled,), display=make_picture()), ROWS, COLUMNS)
    assert np.array_equal(small, crop_picture(capture(make_header()), ROWS, COLUMNS))


def test_a_capture_is_bounded_and_its_spacing_grows_as_it_shrinks() -> None:
    header = make_header(Rows=800, Columns=400, ImagerPixelSpacing=["0.1", "0.1"])
    ds = capture(header, boxes=(), capture_side_px=400)
    assert crop_picture(ds, 400, 200).shape == (400, 200, 3)
    assert ds.Rows < 400 + 200
    assert [float(value) for value in ds.ImagerPixelSpacing] == [0.2, 0.2]


@pytest.mark.parametrize(
    ("elements", "shape"),
    [
        ({"ImagerPixelSpacing": ["0.2", "0.1"]}, (480, 180)),
        ({"ImagerPixelSpacing": ["0.1", "0.2"]}, (240, 360)),
        ({"ImagerPixelSpacing": "", "PixelAspectRatio": [4, 3]}, (320, 180)),
        ({}, (240, 180)),
    ],
)
def test_pixels_are_shown_square(elements: dict[str, Any], shape: tuple[int, int]) -> None:
    ds = capture(make_header(**elements), ABSENT)
    picture = cv2.resize(make_picture(), shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.array_equal(crop_picture(ds, *shape)[..., 0], picture)


def test_a_box_on_oblong_pixels_is_stretched_with_them() -> None:
    shown = crop_picture(capture(make_header(ImagerPixelSpacing=["0.2", "0.1"])), 480, 180)
    edge = is_coloured(shown, PRESENT)
    assert edge[2 * 60 - 1, 20:71].all()
    assert edge[2 * 110, 20:71].all()
    assert not edge[2 * 60 : 2 * 110, 20:71].any()


def test_measurements_on_oblong_pixels_stay_true() -> None:
    ds = capture(make_header(ImagerPixelSpacing=["0.2", "0.1"]))
    assert [float(value) for value in ds.ImagerPixelSpacing] == [0.1, 0.1]


def test_monochrome1_is_not_inverted_a_second_time() -> None:
    shown = crop_picture(capture(make_header(PhotometricInterpretation="MONOCHROME1"), ABSENT), ROWS, COLUMNS)
    assert np.array_equal(shown[..., 0], make_picture())


@pytest.mark.parametrize("rows", [300, 301])
def test_an_odd_number_of_bytes_is_padded_and_shown_as_it_is(rows: int) -> None:
    (document,) = pick(draft_image(make_header(Rows=rows, Columns=641), ABSENT), SC)
    ds = dcmread(BytesIO(document.content))
    assert len(ds.PixelData) == ds.Rows * ds.Columns * 3 + (ds.Rows * ds.Columns) % 2
    assert len(document.content) % 2 == 0
    shown, picture = ds.pixel_array[..., 0], make_picture(rows, 641)
    assert any(np.array_equal(shown[top : top + rows], picture) for top in range(len(shown) - rows))


def test_a_label_does_not_hide_a_small_picture() -> None:
    header, box = make_header(Rows=64, Columns=48), Box("fracture", 0.93, 10.0, 20.0, 30.0, 40.0)
    shown = crop_picture(capture(header, boxes=(box,)), 64, 48)
    differs = np.any(shown != make_picture(64, 48)[..., None], axis=-1)
    rows, columns = np.nonzero(differs)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (18, 41, 8, 31)
    assert not differs[20:40, 10:30].any()


def test_beside_a_narrow_picture_there_is_nothing() -> None:
    ds = capture(make_header(), ABSENT)
    pixels, left = ds.pixel_array, (ds.Columns - COLUMNS) // 2
    top = find_picture_top(pixels, ROWS)
    for side in (pixels[top : top + ROWS, :left], pixels[top : top + ROWS, left + COLUMNS :]):
        assert (side == INK).all()


def test_a_picture_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "display.png"
    cv2.imwrite(str(path), make_picture())
    from_file = capture(make_header(), display=path)
    assert from_file == capture(make_header())


def test_an_unread_image_is_shown_unmarked_beside_its_reason() -> None:
    header = make_header()
    ds = open_document(draft_images((header, refuse_image(header))), SC)
    assert np.array_equal(crop_picture(ds, ROWS, COLUMNS)[..., 0], make_picture())
    assert "Not analysed: The body part" in ds.ImageComments


def test_an_image_that_cannot_be_shown_still_gets_a_sheet_that_says_so() -> None:
    header = make_header(drop=["Rows", "Columns"])
    composition = say(make_context(), find(refuse_image(header)), [ImageEvidence(header)])
    ds = open_document(composition, SC)
    assert ds.pixel_array.std() > 5
    assert "ImagerPixelSpacing" not in ds


def test_every_image_has_its_own_sheet_that_names_its_source() -> None:
    first, second = make_header(Laterality="L"), make_header(number=2, Laterality="R")
    composition = draft_images((first, read_image(first)), (second, refuse_image(second)))
    sheets = [open_document(composition, SC, index) for index in range(len(pick(composition, SC)))]
    assert [ds.SourceImageSequence[0].ReferencedSOPInstanceUID for ds in sheets] == [
        first.SOPInstanceUID,
        second.SOPInstanceUID,
    ]
    assert [ds.Laterality for ds in sheets] == ["L", "R"]
    assert [ds.InstanceNumber for ds in sheets] == [2, 3]  # after the summary
    assert sheets[0].SeriesInstanceUID == sheets[1].SeriesInstanceUID


def test_the_banner_differs_with_what_it_says() -> None:
    sheets = [
        capture(make_header(Laterality="L"), ABSENT),
        capture(make_header(Laterality="R"), ABSENT),
        capture(make_header(Laterality="", BodyPartExamined="WRIST"), ABSENT),
    ]
    pixels = [ds.pixel_array for ds in sheets]
    assert not np.array_equal(pixels[0], pixels[1])
    assert not np.array_equal(pixels[0], pixels[2])


@pytest.mark.parametrize(("burned", "expected"), [("YES", "YES"), ("NO", "NO"), ("", "NO")])
def test_text_burnt_into_the_source_is_declared_on_the_copy(burned: str, expected: str) -> None:
    assert capture(make_header(BurnedInAnnotation=burned)).BurnedInAnnotation == expected


@pytest.mark.parametrize(("stated", "written"), [(["R", "F"], ["R", "F"]), ("", None)])
def test_the_orientation_is_the_sources_or_empty(stated: Any, written: Any) -> None:
    ds = open_document(draft_image(make_header(PatientOrientation=stated)), SC)
    assert (list(ds.PatientOrientation) if ds.PatientOrientation else None) == written
    assert ds.ImageType == ["DERIVED", "SECONDARY"]
    assert ds.ConversionType == "WSD"
