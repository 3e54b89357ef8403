"""The summary capture: first of its series, every image on it, boxes where they are, and no state lost."""

from dataclasses import fields, is_dataclass, replace
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from pydicom import Dataset, dcmread

from domain.document import DocumentKind
from domain.finding import Box, FractureState, ImageReading, SilentMember
from reporting.captures.canvas import INK, NOTICE, PANEL
from reporting.captures.secondary_capture import COLOURS, UNREAD_COLOUR
from reporting.captures.summary_capture import fill_page
from reporting.captures.summary_layout import (
    CARDS_BAND,
    HEADER_BAND,
    PADDING_PX,
    PAGE_WIDTH_PX,
    choose_grid,
    count_cards,
)
from reporting.captures.summary_page import draw_page, thumbnail_room
from reporting.evidence import ImageEvidence
from reporting.statement import StudyStatement
from reporting.statement import state as say
from tests.fakes.report_sources import (
    COLUMNS,
    ROWS,
    compose_images,
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

SUMMARY, CAPTURE = DocumentKind.SUMMARY_CAPTURE, DocumentKind.SECONDARY_CAPTURE
PRESENT, DOUBT, ABSENT = FractureState.PRESENT, FractureState.DOUBT, FractureState.ABSENT
BOX = Box("fracture", 0.93, 20.0, 60.0, 71.0, 110.0)
STROKE = choose_grid(1).stroke_px
IDENTITY = ("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "StudyDate", "ReferringPhysicianName")


def draft(*states: FractureState | None, **settings: Any) -> StudyStatement:
    """A study with one image for each state; None: it was not read."""
    headers = [make_header(number=number) for number in range(1, len(states) + 1)]
    pairs = zip(headers, states, strict=True)
    return draft_images(
        *((one, read_image(one, state) if state else refuse_image(one)) for one, state in pairs), **settings
    )


def show(header: Dataset, display: np.ndarray, state: FractureState = PRESENT, box: Box = BOX) -> np.ndarray:
    """The page of one image, as a viewer shows it."""
    evidence = [ImageEvidence(header, display)]
    statement = say(make_context(), find(read_image(header, state, (box,))), evidence)
    pixels: np.ndarray = open_document(statement, SUMMARY).pixel_array
    return pixels


def crop_thumbnail(pixels: np.ndarray, rows: int, columns: int, images: int = 1, index: int = 0) -> np.ndarray:
    room = thumbnail_room(choose_grid(images), index)
    top, left = room.top + (room.height - rows) // 2, room.left + (room.width - columns) // 2
    return pixels[top : top + rows, left : left + columns]


def is_coloured(pixels: np.ndarray, state: FractureState) -> np.ndarray:
    return np.all(pixels == COLOURS[state], axis=-1)


def texts(value: object) -> list[str]:
    """Every text that a page is drawn from."""
    if is_dataclass(value):
        return [text for field in fields(value) for text in texts(getattr(value, field.name))]
    if isinstance(value, tuple):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def test_the_summary_opens_the_series_of_the_captures() -> None:
    statement = draft(PRESENT, ABSENT)
    (summary,) = [open_document(statement, SUMMARY, index) for index in range(len(pick(statement, SUMMARY)))]
    captures = [open_document(statement, CAPTURE, index) for index in range(2)]
    assert {ds.SeriesInstanceUID for ds in captures} == {summary.SeriesInstanceUID}
    assert [int(ds.InstanceNumber) for ds in (summary, *captures)] == [1, 2, 3]
    others = [dcmread(BytesIO(one.content)) for one in compose_images(*pairs(2)).documents if one.sop_class_uid]
    assert min(int(ds.SeriesNumber) for ds in others) == summary.SeriesNumber


def pairs(images: int) -> list[tuple[Dataset, ImageReading]]:
    headers = [make_header(number=number) for number in range(1, images + 1)]
    return [(header, read_image(header)) for header in headers]


@pytest.mark.parametrize(("images", "pages"), [(1, 1), (5, 1), (12, 1), (14, 2)])
def test_every_image_is_on_one_page(images: int, pages: int) -> None:
    statement = draft(*[ABSENT] * images)
    sheets = [dcmread(BytesIO(document.content)) for document in pick(statement, SUMMARY)]
    shown = [item.ReferencedSOPInstanceUID for ds in sheets for item in ds.SourceImageSequence]
    assert shown == [image.reading.sop_instance_uid for image in statement.images]
    assert [int(ds.InstanceNumber) for ds in sheets] == list(range(1, pages + 1))
    assert int(open_document(statement, CAPTURE).InstanceNumber) == pages + 1


def test_a_page_of_several_says_which_it_is() -> None:
    statement = draft(*[ABSENT] * 14)
    assert [fill_page(statement, statement.images[:7], number).number for number in (1, 2)] == [
        "page 1 of 2",
        "page 2 of 2",
    ]
    assert fill_page(draft(ABSENT), draft(ABSENT).images, 1).number == ""


@pytest.mark.parametrize(("side", "shape"), [(8192, (1200, 1600)), (1024, (768, 1024)), (256, (192, 256))])
def test_a_page_is_bounded_as_configured(side: int, shape: tuple[int, int]) -> None:
    ds = open_document(draft(PRESENT, capture_side_px=side), SUMMARY)
    assert (ds.Rows, ds.Columns) == ds.pixel_array.shape[:2] == shape


def test_the_outline_surrounds_exactly_the_boxs_pixels_of_a_picture_shown_as_it_is() -> None:
    picture = make_picture()
    shown = crop_thumbnail(show(make_header(), picture), ROWS, COLUMNS)
    expected = np.zeros((ROWS, COLUMNS), bool)
    expected[60 - STROKE : 110 + STROKE, 20 - STROKE : 71 + STROKE] = True
    expected[60:110, 20:71] = False
    assert np.array_equal(is_coloured(shown, PRESENT), expected)
    assert np.array_equal(shown[~expected], np.repeat(picture[..., None], 3, axis=-1)[~expected])


def test_a_mark_in_a_large_picture_lies_within_its_outline_on_the_thumbnail() -> None:
    rows, columns, box = 2000, 1500, Box("fracture", 0.9, 200.0, 1400.0, 400.0, 1500.0)
    picture = np.zeros((rows, columns), np.uint8)
    picture[1400:1500, 200:400] = 255
    room = thumbnail_room(choose_grid(1), 0)
    scale = room.height / rows
    shown = crop_thumbnail(
        show(make_header(Rows=rows, Columns=columns), picture, box=box), room.height, round(columns * scale)
    )
    marked, outline = np.argwhere(np.all(shown > 128, axis=-1)), np.argwhere(is_coloured(shown, PRESENT))
    around = np.array([marked.min(axis=0) - STROKE, marked.max(axis=0) + STROKE])
    assert np.abs(around - [outline.min(axis=0), outline.max(axis=0)]).max() <= 1
    assert np.abs(marked.min(axis=0) - np.array([1400, 200]) * scale).max() <= 1


def test_on_oblong_pixels_the_outline_is_stretched_with_the_picture() -> None:
    shown = crop_thumbnail(show(make_header(ImagerPixelSpacing=["0.2", "0.1"]), make_picture()), 2 * ROWS, COLUMNS)
    expected = np.zeros((2 * ROWS, COLUMNS), bool)
    expected[2 * 60 - STROKE : 2 * 110 + STROKE, 20 - STROKE : 71 + STROKE] = True
    expected[2 * 60 : 2 * 110, 20:71] = False
    assert np.array_equal(is_coloured(shown, PRESENT), expected)


def test_a_box_at_the_very_edge_keeps_its_outline() -> None:
    pixels = show(make_header(), make_picture(), box=Box("fracture", 0.9, 0.0, 0.0, float(COLUMNS), float(ROWS)))
    around = crop_thumbnail(pixels, ROWS + 2 * STROKE, COLUMNS + 2 * STROKE)
    assert is_coloured(around, PRESENT).sum() == 2 * STROKE * (ROWS + COLUMNS + 2 * STROKE)


def test_doubt_is_dashed_however_small_the_box() -> None:
    for box in (BOX, Box("fracture", 0.4, 50.0, 50.0, 58.0, 58.0)):
        drawn = is_coloured(crop_thumbnail(show(make_header(), make_picture(), DOUBT, box), ROWS, COLUMNS), DOUBT)
        edge = drawn[round(box.y_min_px) : round(box.y_max_px), round(box.x_max_px)]
        assert edge.any()
        assert not edge.all()


def test_every_thumbnail_stands_on_the_card_of_its_image() -> None:
    readings = pairs(12)
    evidence = [
        ImageEvidence(header, np.full((ROWS, COLUMNS), 12 * n, np.uint8)) for n, (header, _) in enumerate(readings)
    ]
    statement = say(make_context(), find(*(reading for _, reading in readings)), evidence[::-1])
    pixels = open_document(statement, SUMMARY).pixel_array
    middles = [crop_thumbnail(pixels, 2, 2, 12, index)[0, 0, 0] for index in range(12)]
    assert middles == [12 * number for number in range(12)]


@pytest.mark.parametrize("states", [(ABSENT, None), (ABSENT,) * 5 + (None,), (ABSENT,) * 13 + (None,)])
def test_a_study_read_in_part_never_looks_free_of_fracture(states: tuple[FractureState | None, ...]) -> None:
    statement = draft(*states)
    cards = count_cards(len(states))
    for number, document in enumerate(pick(statement, SUMMARY), 1):
        page = fill_page(statement, statement.images[(number - 1) * cards : number * cards], number)
        assert page.headline == "No fracture detected in the images that were read"
        assert (page.coverage_colour, page.colour) == (NOTICE, COLOURS[DOUBT])
        assert "1 not analysed" in [tally.words for tally in page.tallies]
        header = dcmread(BytesIO(document.content)).pixel_array[slice(*HEADER_BAND), :20]
        assert not is_coloured(header, ABSENT).any()


def test_a_study_that_nobody_read_says_so_and_no_probability() -> None:
    statement = draft(None)
    page = fill_page(statement, statement.images, 1)
    assert (page.headline, page.certainty, page.colour) == ("Not analysed", "", UNREAD_COLOUR)
    assert [tally.words for tally in page.tallies] == ["1 not analysed"]


def test_every_state_is_counted() -> None:
    statement = draft(ABSENT, PRESENT, DOUBT, None, ABSENT)
    words = [tally.words for tally in fill_page(statement, statement.images, 1).tallies]
    assert words == ["1 suspected", "1 doubt", "2 no fracture detected", "1 not analysed"]


def test_contradictions_and_silent_models_stand_on_the_page() -> None:
    first, second = (
        make_header(),
        make_header("DX", number=2, ImageLaterality="L", Laterality="R", BodyPartExamined="KNEE"),
    )
    silent = (SilentMember("fracture-mobilenet", "1.2", "member-deadline"),)
    readings = [replace(read_image(header), silent=silent) for header in (first, second)]
    statement = draft_images((first, readings[0]), (second, readings[1]))
    page = fill_page(statement, statement.images, 1)
    assert page.contradictions == "Image 2: header says KNEE, model says hand, side contradictory in the header"
    assert page.silence == "No answer from fracture-mobilenet 1.2 on images 1, 2"
    assert page.models == "Models: region-mobilenet 1.2, fracture-mobilenet 1.2"
    assert (page.notice, page.review) == (
        "AI result, preliminary - not a diagnosis",
        "Investigational use only. Not reviewed by a radiologist.",
    )


def test_a_later_version_says_what_it_replaces() -> None:
    statement = draft(PRESENT, version=2)
    assert fill_page(statement, statement.images, 1).number == "version 2, replaces version 1"


def test_no_identity_is_on_the_page_or_beside_it() -> None:
    header = make_header()
    statement = draft_images((header, read_image(header)))
    said = [*texts(fill_page(statement, statement.images, 1)), open_document(statement, SUMMARY).ImageComments]
    assert "Suspected fracture" in said
    for keyword in IDENTITY:
        for part in str(header[keyword].value).split("^"):
            assert not any(part in text for text in said)


def draft_long_words(images: int) -> StudyStatement:
    """A study whose reasons, regions and models have names that no card has room for."""
    headers = [make_header(number=number, BodyPartExamined="CERVICALTHORACIC") for number in range(1, images + 1)]
    silent = (SilentMember("m" * 60, "1.0", "member-deadline"),) * 3
    unread = "W" * 70 + " and a very long story " * 20
    readings = [
        replace(read_image(header, region="x" * 90), silent=silent) if number % 2 else refuse_image(header, unread)
        for number, header in enumerate(headers)
    ]
    return draft_images(*zip(headers, readings, strict=True))


@pytest.mark.parametrize("images", [1, 2, 3, 4, 5, 8, 12])
def test_however_long_the_words_they_stay_on_their_cards(images: int) -> None:
    statement, grid = draft_long_words(images), choose_grid(images)
    pixels = draw_page(fill_page(statement, statement.images, 1), PAGE_WIDTH_PX)
    outside = np.zeros(pixels.shape[:2], bool)
    outside[slice(*CARDS_BAND)] = True
    for card in (grid.place(index) for index in range(images)):
        outside[card.top : card.bottom, card.left : card.right] = False
        padding = pixels[card.top + PADDING_PX : card.bottom - PADDING_PX, card.right - PADDING_PX : card.right]
        assert np.all(padding == PANEL)
    assert np.all(pixels[outside] == INK)


def test_nothing_can_be_measured_on_a_page_and_it_has_no_orientation() -> None:
    ds = open_document(draft(PRESENT), SUMMARY)
    assert "ImagerPixelSpacing" not in ds
    assert "PixelSpacing" not in ds
    assert not ds.PatientOrientation


def test_what_one_image_states_of_its_pixels_holds_for_the_page() -> None:
    first, second = (
        make_header(),
        make_header(number=2, BurnedInAnnotation="YES", LossyImageCompression="01", Laterality="R"),
    )
    ds = open_document(draft_images((first, read_image(first)), (second, read_image(second))), SUMMARY)
    assert (ds.BurnedInAnnotation, ds.LossyImageCompression) == ("YES", "01")
    assert ds.Laterality == ""  # the images are of two sides
    assert "BodyPartExamined" not in ds


def test_a_page_of_one_side_states_it() -> None:
    ds = open_document(draft(PRESENT, ABSENT), SUMMARY)
    assert (ds.Laterality, ds.BodyPartExamined) == ("L", "WRIST")


def test_an_image_that_cannot_be_shown_has_its_card() -> None:
    header = make_header(drop=["Rows", "Columns"])
    statement = say(make_context(), find(refuse_image(header)), [ImageEvidence(header)])
    pixels = open_document(statement, SUMMARY).pixel_array
    well = thumbnail_room(choose_grid(1), 0)
    words = pixels[well.top : well.bottom, well.left : well.right]
    assert (words.max(axis=-1) > 100).sum() > 100
    assert cv2.boundingRect((words.max(axis=-1) > 100).astype(np.uint8))[1] > well.height // 3
