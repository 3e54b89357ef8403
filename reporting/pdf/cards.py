"""What the report says, card by card: the study, what is to be checked, each image, and who spoke."""

from collections.abc import Iterator

from reporting import narrative, wording
from reporting.captures import heat_map_capture
from reporting.pdf.blocks import Block, Card, Space, Text
from reporting.pdf.image_card import COLOURS, make_image_card
from reporting.pdf.pen import Colour, Style
from reporting.pdf.pictures import choose_side_px
from reporting.pdf.sheet import BODY, GROUND, HEADING, NOTICE_GROUND, NOTICE_INK, QUIET, SMALL, STRONG
from reporting.pdf.typeface import BOLD, can_show, clean
from reporting.statement import ImageStatement, StudyStatement
from reporting.translation import ENGLISH, Translation


def make_cards(statement: StudyStatement, words: Translation) -> Iterator[Card]:
    """Yield every card of a study's report, in the order of reading."""
    if statement.study.retraction is not None:  # no image has anything left to say
        yield from (_retract(statement, words), Card(tuple(_name_models(statement, words)), QUIET, GROUND))
        return
    bar, ground = COLOURS[statement.state]
    yield Card(tuple(_state(statement, words)), bar, ground)
    warnings = tuple(Text(words, Style(BODY.size, NOTICE_INK)) for words in _warn(statement, words))
    if warnings:
        heading = Text(words.label("attention"), Style(BODY.size, NOTICE_INK, BOLD), after=2.0)
        yield Card((heading, *warnings), NOTICE_INK, NOTICE_GROUND)
    side_px = choose_side_px(len(statement.images))
    for image in statement.images:
        yield make_image_card(statement, image, words, side_px)
    yield Card(tuple(_name_models(statement, words)), QUIET, GROUND)


def _retract(statement: StudyStatement, words: Translation) -> Card:
    """That the result is taken back; what was written about it as far as the typeface has its letters."""
    retracted, *written = map(clean, narrative.tell_retraction(statement.study, words))
    shown = (said if can_show(said) else words.label("not_shown") for said in written)
    bar, ground = NOTICE_INK, NOTICE_GROUND
    return Card((Text(retracted, _result_style(bar), after=2.0), *(Text(said, BODY) for said in shown)), bar, ground)


def _result_style(colour: Colour) -> Style:
    return Style(12.4, colour, BOLD)


def _state(statement: StudyStatement, words: Translation) -> Iterator[Block]:
    bar, _ = COLOURS[statement.state]
    yield Text(narrative.tell_result(statement, words), _result_style(bar), after=2.0)
    yield Text(words.say("coverage", read=len(statement.read), images=len(statement.images)), STRONG)
    language, impression = statement.study.reporting.language, statement.impression
    limits = (*narrative.tell_arrival(statement, language), *narrative.tell_tier(statement, language))
    for said in (*narrative.tell_correction(statement, words), *limits):
        yield Text(said, BODY)
    if impression is not None and impression.text and language == ENGLISH:
        yield Space(3.0)
        yield Text(impression.text, BODY)
        yield Text(wording.describe_author(impression.asked), SMALL)


def _warn(statement: StudyStatement, words: Translation) -> Iterator[str]:
    """What the header contradicts, or the models of it, and who gave no answer."""
    for image in statement.images:
        for contradiction in _contradict(image, words):
            yield words.say("image_sentence", image=narrative.name_image(image, words), parts=contradiction)
        yield from narrative.tell_silence(image, words)


def _contradict(image: ImageStatement, words: Translation) -> Iterator[str]:
    if image.contradiction:
        yield narrative.tell_place(image, words)
    if image.source.side.contradictory:
        yield narrative.tell_side(image.source.side, words)
    yield from narrative.tell_view(image, words)


def _name_models(statement: StudyStatement, words: Translation) -> Iterator[Block]:
    yield Text(words.label("models"), HEADING, after=2.0)
    yield from (Text(line, SMALL) for line in _explain(statement, words))


def _explain(statement: StudyStatement, words: Translation) -> Iterator[str]:
    """Bundle, operating points, and what the marks and colours mean."""
    yield narrative.tell_models(statement, words)
    points = [
        words.label(
            "operating_point",
            region=words.regions.get(each.region, each.region) if each.region else words.label("any_region"),
            doubt=narrative.tell_percent(each.doubt_from, words),
            present=narrative.tell_percent(each.present_from, words),
        )
        for each in statement.study.models.operating_points
    ]
    if points:
        yield f"{words.label('operating_points')} {words.say('part_separator').join(points)}."
    yield words.label("about")
    if any(heat_map_capture.is_wanted(statement, image) for image in statement.images):
        yield words.label("heat_map_note")
