"""What the report says, card by card: the study, each image, what is to be checked, and who spoke."""

from collections.abc import Iterator
from typing import Final

from domain.finding import FractureState
from reporting import equipment, narrative, recommendations
from reporting.pdf.blocks import Block, Card, Columns, Figure, Figures, Pill, Space, Text
from reporting.pdf.pen import Colour, Style
from reporting.pdf.pictures import choose_side_px, show_image, show_place
from reporting.pdf.sheet import BODY, GROUND, INK, NOTICE_GROUND, NOTICE_INK, QUIET, SMALL
from reporting.pdf.typeface import BOLD, can_show, clean
from reporting.statement import ImageStatement, StudyStatement
from reporting.translation import Translation

#: Bar and ground of a card by what it says; None: not analysed.
_COLOURS: Final[dict[FractureState | None, tuple[Colour, Colour]]] = {
    FractureState.PRESENT: ((196, 62, 28), (253, 244, 240)),
    FractureState.DOUBT: ((168, 118, 0), (255, 249, 233)),
    FractureState.ABSENT: ((38, 120, 78), (240, 248, 243)),
    None: ((84, 98, 112), (243, 245, 247)),
}
#: Height of an image's pictures, in points: what was found has more room than what was not.
_HIGH_PT: Final = {FractureState.PRESENT: 206.0, FractureState.DOUBT: 206.0, FractureState.ABSENT: 150.0, None: 110.0}
_WHITE: Final[Colour] = (255, 255, 255)

_STRONG: Final = Style(BODY.size, INK, BOLD)
_NOTICE: Final = Style(BODY.size, NOTICE_INK, BOLD)
_HEADING: Final = Style(9.4, INK, BOLD)
_PILL: Final = Style(8.6, _WHITE, BOLD)


def make_cards(statement: StudyStatement, words: Translation) -> Iterator[Card]:
    """Yield every card of a study's report, in the order of reading."""
    if statement.study.retraction is not None:  # no image has anything left to say
        yield from (_retract(statement, words), Card(tuple(_name_models(statement, words)), QUIET, GROUND))
        return
    yield _state_study(statement, words)
    warnings = tuple(_warn(statement, words))
    if warnings:
        yield Card((Text(words.label("attention"), _NOTICE, after=2.0), *warnings), NOTICE_INK, NOTICE_GROUND)
    side_px = choose_side_px(len(statement.images))
    for image in statement.images:
        bar, ground = _colours(image)
        yield Card(tuple(_describe(statement, image, words, side_px)), bar, ground)
    yield Card(tuple(_name_models(statement, words)), QUIET, GROUND)


def _state_study(statement: StudyStatement, words: Translation) -> Card:
    bar, ground = _COLOURS[statement.state]
    coverage = words.say("coverage", read=len(statement.read), images=len(statement.images))
    result = narrative.tell_result(statement, words)
    tier = (Text(said, BODY) for said in narrative.tell_tier(statement, statement.study.reporting.language))
    corrections = (Text(said, BODY) for said in narrative.tell_correction(statement, words))
    said = (Text(result, _result_style(bar), after=2.0), Text(coverage, _STRONG), *corrections, *tier)
    return Card(said, bar, ground)


def _retract(statement: StudyStatement, words: Translation) -> Card:
    """That the result is taken back; what was written about it as far as the typeface has its letters."""
    retracted, *written = map(clean, narrative.tell_retraction(statement.study, words))
    shown = (said if can_show(said) else words.label("not_shown") for said in written)
    bar, ground = NOTICE_INK, NOTICE_GROUND
    return Card((Text(retracted, _result_style(bar), after=2.0), *(Text(said, BODY) for said in shown)), bar, ground)


def _result_style(colour: Colour) -> Style:
    return Style(12.4, colour, BOLD)


def _warn(statement: StudyStatement, words: Translation) -> Iterator[Block]:
    """What the header contradicts, or the models of it, and who gave no answer."""
    for image in statement.images:
        contradictions = []
        if image.contradiction:
            contradictions.append(narrative.tell_place(image, words))
        if image.source.side.contradictory:
            contradictions.append(narrative.tell_side(image.source.side, words))
        for contradiction in contradictions:
            sentence = words.say("image_sentence", image=narrative.name_image(image, words), parts=contradiction)
            yield Text(sentence, Style(BODY.size, NOTICE_INK))
        for silence in narrative.tell_silence(image, words):
            yield Text(silence, Style(BODY.size, NOTICE_INK))


def _describe(statement: StudyStatement, image: ImageStatement, words: Translation, side_px: int) -> Iterator[Block]:
    state, *rest = map(_begin, narrative.tell_parts(image, words))
    bar, _ = _colours(image)
    yield Columns((Text(narrative.name_image(image, words), _HEADING), Pill(state, _PILL, bar)), (1.0, 1.0))
    yield Space(5.0)
    yield from _show(image, words, side_px)
    first, *others = rest
    yield Text(first, _STRONG)
    places = [
        words.label("place", number=number, percent=narrative.tell_percent(finding.box.probability, words))
        for number, finding in enumerate(image.findings, 1)
    ]
    for line in (words.say("part_separator").join(places), *others):
        if line:
            yield Text(_begin(line), BODY)
    yield from _suggest(statement, image, words)


def _show(image: ImageStatement, words: Translation, side_px: int) -> Iterator[Block]:
    """The pictures of an image in a row, or that there is none."""
    shown = show_image(image, side_px)
    if shown is None:
        yield Text(words.label("no_picture"), Style(BODY.size, QUIET), after=3.0)
        return
    figures = [Figure(shown.picture, shown.outlines, words.label("image_caption"))]
    place = show_place(image)
    if place is not None:
        figures.append(Figure(place.picture, place.outlines, words.label("place_caption", number=1)))
    yield Figures(tuple(figures), _HIGH_PT[image.fracture.state if image.fracture else None], SMALL)
    yield Space(4.0)


def _suggest(statement: StudyStatement, image: ImageStatement, words: Translation) -> Iterator[Block]:
    """What guidelines suggest, in the words of the table, which is English."""
    rows = recommendations.suggest(statement, image)
    if rows:
        yield Space(4.0)
        yield Text(words.label("suggestions"), _STRONG)
    for row in rows:
        yield Text(row.text, BODY)
        yield Text(row.source, SMALL, after=2.0)


def _name_models(statement: StudyStatement, words: Translation) -> Iterator[Block]:
    study = statement.study
    yield Text(words.label("models"), _HEADING, after=2.0)
    for name, version in ((words.label("model"), words.label("model_version")), *_members(statement)):
        style = SMALL if name == words.label("model") else BODY
        yield Columns((Text(name, style), Text(version, style)), (3.0, 1.0))
    software = f"{equipment.MODEL_NAME} {equipment.software_version(study)}"
    yield Space(3.0)
    yield Text(narrative.tell_models(statement, words), SMALL)
    yield Text(words.label("software", software=software), SMALL)
    yield Text(words.label("about"), SMALL)


def _members(statement: StudyStatement) -> list[tuple[str, str]]:
    return [(member.name, member.version) for member in statement.study.models.members]


def _colours(image: ImageStatement) -> tuple[Colour, Colour]:
    return _COLOURS[image.fracture.state if image.fracture else None]


def _begin(words: str) -> str:
    """A sentence begins with a capital letter, where the script has any."""
    return words[:1].upper() + words[1:]
