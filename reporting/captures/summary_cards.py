"""What the summary says of each image, line by line; the first lines are the last to be given up for want of room."""

from dataclasses import dataclass
from typing import Final

from reporting import wording
from reporting.captures.canvas import NOTICE, QUIET, TEXT, Colour, Mark, Pixels
from reporting.captures.secondary_capture import COLOURS, UNREAD_COLOUR, place_marks, reduce_picture
from reporting.captures.summary_layout import Rectangle
from reporting.statement import ImageStatement

_NAME_SIZE_PX: Final = 19
_FINDING_SIZE_PX: Final = 28
_BODY_SIZE_PX: Final = 21
_SHORT: Final = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A text that may break into several lines, or one that stays `whole` and is made smaller instead."""

    text: str
    size_px: int
    colour: Colour
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """One image on the summary.

    Attributes:
        picture: the thumbnail, (r, c) uint8, in the orientation of the stored pixels; None where there is none.
        marks: its boxes, in pixels of the thumbnail.
        instead: what stands where there is no picture.
    """

    colour: Colour
    lines: tuple[Line, ...]
    picture: Pixels | None
    marks: tuple[Mark, ...]
    instead: str = wording.NO_PICTURE


def make_card(image: ImageStatement, room: Rectangle) -> Card:
    """Return the card of an image, its thumbnail as large as the room for it."""
    colour = COLOURS[image.fracture.state] if image.fracture else UNREAD_COLOUR
    picture = reduce_picture(image, room.height, room.width)
    marks = () if picture is None else tuple(place_marks(image, picture))
    return Card(colour, _lines(image, colour), picture, marks)


def _lines(image: ImageStatement, colour: Colour) -> tuple[Line, ...]:
    reason = image.reading.reason
    finding = image.statement
    lines = [
        Line(image.name, _NAME_SIZE_PX, QUIET),
        Line(finding, _FINDING_SIZE_PX, colour, whole=True),
        Line(reason.text if reason else _certainty(image), _BODY_SIZE_PX, TEXT),
        *_place(image),
    ]
    lines += [
        Line(words, _BODY_SIZE_PX, colour)
        for words, colour in ((image.type_in_words, TEXT), (image.places_in_words, QUIET))
        if words
    ]
    if image.reading.silent:
        words = wording.describe_silence(member.model for member in image.reading.silent)
        lines.append(Line(words, _BODY_SIZE_PX, NOTICE))
    return tuple(lines)


def _certainty(image: ImageStatement) -> str:
    assert image.fracture is not None
    return wording.describe_probability(image.fracture.probability)


def _place(image: ImageStatement) -> list[Line]:
    """Region, side and contradictory view: a line each where one is contradictory, or so long that it costs another."""
    words, contradictory = image.place_in_words, image.contradictions
    joined = ", ".join(words)
    if not contradictory and len(joined) <= _SHORT:
        return [Line(joined, _BODY_SIZE_PX, TEXT)]
    return [Line(each, _BODY_SIZE_PX, NOTICE if each in contradictory else TEXT) for each in words]
