"""What the report says of one image: its pictures, the finding and how sure, the place, or why it was not read."""

from collections.abc import Iterator
from typing import Final

from domain.finding import FractureState
from reporting import narrative, recommendations
from reporting.captures import heat_map_capture
from reporting.pdf.blocks import Block, Card, Columns, Figure, Figures, Pill, Space, Stack, Text
from reporting.pdf.pen import Colour, Style
from reporting.pdf.pictures import open_picture, show_heat, show_image, show_place, shrink
from reporting.pdf.sheet import BODY, HEADING, QUIET, SMALL, STRONG
from reporting.pdf.typeface import BOLD
from reporting.statement import ImageStatement, StudyStatement
from reporting.translation import Translation

#: Bar and ground of a card by what it says; None: not analysed.
COLOURS: Final[dict[FractureState | None, tuple[Colour, Colour]]] = {
    FractureState.PRESENT: ((196, 62, 28), (253, 244, 240)),
    FractureState.DOUBT: ((168, 118, 0), (255, 249, 233)),
    FractureState.ABSENT: ((38, 120, 78), (240, 248, 243)),
    None: ((84, 98, 112), (243, 245, 247)),
}
#: Height of the pictures, in points: what was found has more room than what was not, and most where it is alone.
_HIGH_PT: Final = 160.0
_HIGH_ALONE_PT: Final = 200.0
_LOW_PT: Final = 104.0
_PILL: Final = Style(8.6, (255, 255, 255), BOLD)


def make_image_card(statement: StudyStatement, image: ImageStatement, words: Translation, side_px: int) -> Card:
    """Return the card of an image, its pictures at most `side_px` pixels long."""
    bar, ground = COLOURS[image.fracture.state if image.fracture else None]
    state, *said = map(begin, narrative.tell_parts(image, words))
    head = Columns((Text(narrative.name_image(image, words), HEADING), Pill(state, _PILL, bar)), (1.0, 1.0))
    lines = tuple(_tell(image, said, words))
    figures = tuple(_list_figures(statement, image, words, side_px))
    high = _HIGH_ALONE_PT if len(statement.images) == 1 else _HIGH_PT
    body = (
        _lay_out(image, figures, lines, high)
        if figures
        else (Text(words.label("no_picture"), _FAINT, after=3.0), *lines)
    )
    return Card((head, Space(5.0), *body, *_suggest(statement, image, words)), bar, ground)


_FAINT: Final = Style(BODY.size, QUIET)


def _lay_out(
    image: ImageStatement, figures: tuple[Figure, ...], lines: tuple[Block, ...], high: float
) -> tuple[Block, ...]:
    """Pictures above the words where something was found, and a small one beside them where nothing was."""
    if image.suspicious:
        return Figures(figures, high, SMALL), Space(4.0), *lines
    return (Columns((Figures(figures, _LOW_PT, SMALL), Stack((Space(2.0), *lines))), (1.0, 3.0)),)


def _list_figures(
    statement: StudyStatement, image: ImageStatement, words: Translation, side_px: int
) -> Iterator[Figure]:
    whole = open_picture(image)
    if whole is None:
        return
    picture = shrink(whole, side_px)
    shown = show_image(image, picture)
    yield Figure(shown.picture, shown.outlines, (words.label("image_caption"),))
    evidence = image.evidence.evidence_map if _has_heat_map(statement, image) else None
    if evidence is not None:
        heat = show_heat(image, evidence, picture)
        yield Figure(heat.picture, (), (words.label("heat_map_caption"), f"{evidence.method}; {evidence.model}"))
    place = show_place(image, whole)
    if place is not None:
        yield Figure(place.picture, place.outlines, (words.label("place_caption", number=1),))


def _has_heat_map(statement: StudyStatement, image: ImageStatement) -> bool:
    """Whether the image has a heat map capture: the report shows one where the archive does."""
    return heat_map_capture.is_wanted(statement, image) and not heat_map_capture.why_withheld(image)


def _tell(image: ImageStatement, said: list[str], words: Translation) -> Iterator[Block]:
    """How sure, or why not; then the places one by one, the type, the body part and the side."""
    first, *others = said
    yield Text(first, STRONG, after=1.0)
    places = [
        words.label("place", number=number, percent=narrative.tell_percent(finding.box.probability, words))
        for number, finding in enumerate(image.findings, 1)
    ]
    marked = begin(words.say("marked", count=len(places)))
    for line in others:
        yield Text(words.say("part_separator").join((line, *places)) if line == marked else line, BODY)


def _suggest(statement: StudyStatement, image: ImageStatement, words: Translation) -> Iterator[Block]:
    """What guidelines suggest, in the words of the table, which is English."""
    rows = recommendations.suggest(statement, image)
    if rows:
        yield Space(4.0)
        yield Text(words.label("suggestions"), STRONG)
    for row in rows:
        yield Text(row.text, BODY)
        yield Text(row.source, SMALL, after=2.0)


def begin(words: str) -> str:
    """Return words with a capital letter to begin with, where the script has any."""
    return words[:1].upper() + words[1:]
