"""The words of a card: what was found, how sure, where; or that nobody read the image, and why."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset

from domain.finding import FractureState, ImageReading, SilentMember
from reporting import wording
from reporting.captures.canvas import NOTICE
from reporting.captures.secondary_capture import COLOURS, UNREAD_COLOUR
from reporting.captures.summary_cards import Card, make_card
from reporting.captures.summary_layout import Rectangle
from tests.fakes.report_sources import draft_images, make_header, make_picture, read_image, refuse_image

ROOM = Rectangle(0, 0, 400, 400)
STATES = list(FractureState)


def make(header: Dataset, reading: ImageReading) -> Card:
    (image,) = draft_images((header, reading)).images
    return make_card(image, ROOM)


def words(card: Card) -> list[str]:
    return [line.text for line in card.lines]


def coloured(card: Card, colour: Any) -> list[str]:
    return [line.text for line in card.lines if line.colour == colour]


@pytest.mark.parametrize("state", STATES)
def test_a_card_says_finding_and_certainty_in_words_and_percent(state: FractureState) -> None:
    card = make(make_header(), read_image(make_header(), state))
    assert card.colour == COLOURS[state]
    assert coloured(card, card.colour) == [wording.STATEMENTS[state]]
    certainty = {"present": "93%", "doubt": "41%", "absent": "3%"}[state.value]
    assert f"fracture probability {certainty}" in words(card)
    assert "hand (header: WRIST), side: left" in words(card)
    assert ("1 place marked" in words(card)) == (state is not FractureState.ABSENT)


def test_a_card_names_its_image_as_a_viewer_does() -> None:
    header = make_header(SeriesNumber=4, InstanceNumber=7)
    assert words(make(header, read_image(header)))[0] == "Image 1 (series 4, instance 7)"


def test_an_image_that_was_not_read_says_why_and_nothing_about_a_fracture() -> None:
    card = make(make_header(), refuse_image(make_header()))
    assert words(card)[1:3] == ["Not analysed", "The body part is not one that the models know."]
    assert "fracture" not in " ".join(words(card))
    assert (card.colour, card.marks) == (UNREAD_COLOUR, ())


def test_contradictions_stand_in_the_colour_of_a_notice() -> None:
    header = make_header("DX", BodyPartExamined="KNEE", ImageLaterality="L", Laterality="R")
    card = make(header, read_image(header))
    assert coloured(card, NOTICE) == ["header says KNEE, model says hand", "side contradictory in the header"]


def test_a_model_that_gave_no_answer_is_named() -> None:
    silent = SilentMember("fracture-mobilenet", "1.2", "member-deadline")
    card = make(make_header(), replace(read_image(make_header()), silent=(silent,)))
    assert coloured(card, NOTICE) == ["without fracture-mobilenet, which gave no answer"]


def test_a_long_region_leaves_the_side_a_line_of_its_own() -> None:
    card = make(make_header(), read_image(make_header(), region="a region with a long name " * 3))
    assert "side: left" in words(card)


def test_a_thumbnail_is_the_picture_and_never_enlarged() -> None:
    card = make(make_header(), read_image(make_header()))
    assert card.picture is not None
    assert np.array_equal(card.picture, make_picture())


@pytest.mark.parametrize(
    ("elements", "shape"),
    [
        ({"Rows": 2400, "Columns": 1800}, (400, 300)),
        ({"Rows": 900, "Columns": 1800}, (200, 400)),
        ({"Rows": 800, "Columns": 800, "ImagerPixelSpacing": ["0.2", "0.1"]}, (400, 200)),
        ({"Rows": 800, "Columns": 800, "ImagerPixelSpacing": "", "PixelAspectRatio": [1, 2]}, (200, 400)),
    ],
)
def test_a_thumbnail_keeps_the_shape_of_the_anatomy(elements: dict[str, Any], shape: tuple[int, int]) -> None:
    header = make_header(**elements)
    picture = make(header, read_image(header)).picture
    assert picture is not None
    assert picture.shape == shape
