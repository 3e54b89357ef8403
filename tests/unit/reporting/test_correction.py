"""A later version says that it is a correction, and names every finding that changed."""

from dataclasses import replace

import pytest
from pydicom import Dataset

from config.reporting import Language
from domain.correction import Superseded
from domain.document import DocumentKind
from domain.finding import Box, FractureState, ImageReading, Labelled, StudyFindings
from domain.impression import Impression
from domain.tier import Tier
from reporting import narrative
from reporting.context import StudyContext
from reporting.local_text import write_narrative
from reporting.statement import StudyStatement, state
from reporting.translation import LANGUAGES, load_translation
from tests.fakes.report_sources import (
    BOX,
    draft_images,
    find,
    make_context,
    make_evidence,
    make_header,
    open_document,
    open_message,
    pick,
    read_image,
    refuse_image,
)

ABSENT, PRESENT = FractureState.ABSENT, FractureState.PRESENT
FIRST, LATE = make_header(), make_header(number=2)


def correct(before: StudyFindings | None, *now: tuple[Dataset, ImageReading], **superseded: bool) -> StudyStatement:
    """Return what version 2 says after a version 1 that said `before`."""
    context = replace(make_context(2), superseded=Superseded(1, before, **superseded))
    return state(context, find(*(reading for _, reading in now)), make_evidence(*(header for header, _ in now)))


def text_of(statement: StudyStatement) -> str:
    return " ".join(statement.lines)


def test_the_first_answer_corrects_nothing() -> None:
    assert "CORRECTION" not in text_of(draft_images((FIRST, read_image(FIRST))))


def test_a_statement_that_changed_is_named_with_what_was_said_before() -> None:
    text = text_of(correct(find(read_image(FIRST, ABSENT)), (FIRST, read_image(FIRST))))
    assert "CORRECTION: this is version 2 and replaces version 1." in text
    assert "Result of that version: No fracture detected." in text
    assert "before: No fracture detected, fracture probability 3%; now: Suspected fracture" in text


def test_a_late_image_is_named_as_new_and_what_stays_is_said_to_stay() -> None:
    text = text_of(correct(find(read_image(FIRST)), (FIRST, read_image(FIRST)), (LATE, read_image(LATE))))
    assert "New in this version: Image 2 (series 2, instance 1)." in text
    assert "No finding of that version has changed." in text


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (read_image(FIRST, boxes=(Box("fracture", 0.93, 100.0, 60.5, 150.5, 110.0),)), "a marked place is elsewhere"),
        (read_image(FIRST, boxes=()), "no place marked"),
        (read_image(FIRST, region="leg"), "model says leg"),
        (refuse_image(FIRST), "now: Not analysed"),
    ],
    ids=["moved", "unmarked", "region", "unread"],
)
def test_every_other_change_is_named_too(now: ImageReading, words: str) -> None:
    statement = correct(find(read_image(FIRST)), (FIRST, now))
    (change,) = [line for line in statement.lines if line.startswith("Changed: Image 1")]
    assert words in change
    assert "No finding of that version has changed." not in text_of(statement)


def test_a_box_that_a_new_model_draws_a_little_differently_is_the_same_place() -> None:
    near = replace(BOX, x_min_px=BOX.x_min_px + 2.0)
    assert correct(find(read_image(FIRST)), (FIRST, read_image(FIRST, boxes=(near,)))).changes == ()


def test_changes_that_are_not_known_are_said_to_be_unknown() -> None:
    assert "not on record" in text_of(correct(None, (FIRST, read_image(FIRST))))


def test_a_reading_after_a_retraction_says_so() -> None:
    text = text_of(correct(find(refuse_image(FIRST)), (FIRST, read_image(FIRST)), retracted=True))
    assert "That version was a retraction; this is a new reading." in text
    assert "Changed" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_both_the_earlier_and_the_present_statement(language: Language) -> None:
    was, now = read_image(FIRST, ABSENT), read_image(FIRST)
    text = narrative.tell_study(correct(find(was), (FIRST, now)), language)
    statements = [narrative.tell_study(draft_images((FIRST, each)), language) for each in (was, now)]
    study = [next(part for part in said.split(". ") if "%" in part) for said in statements]
    assert all(part in text for part in study)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_new_images_and_says_when_nothing_changed(language: Language) -> None:
    words = load_translation(language)
    pairs = (FIRST, read_image(FIRST)), (LATE, read_image(LATE))
    text = narrative.tell_study(correct(find(pairs[0][1]), *pairs), language)
    assert words.say("unchanged") in text
    assert words.say("image_named", number=2, series=2, instance=1) in text.split(words.say("unchanged"))[0]


def test_a_correction_is_sent_for_the_same_order_under_a_new_message_number() -> None:
    first = open_message(draft_images((FIRST, read_image(FIRST))))
    second = open_message(correct(find(read_image(FIRST)), (FIRST, read_image(FIRST))))
    assert first["OBR"][0][3] == second["OBR"][0][3] == "ACC-0815^OSTEONODE"
    assert (first["OBR"][0][25], second["OBR"][0][25]) == ("P", "C")
    assert {row[11] for row in second["OBX"]} == {"C"}
    assert first["MSH"][0][10] != second["MSH"][0][10]


def test_the_report_says_what_changed_and_stays_unverified() -> None:
    statement = correct(find(read_image(FIRST, ABSENT)), (FIRST, read_image(FIRST)))
    report = open_document(statement, DocumentKind.STRUCTURED_REPORT)
    assert b"before: No fracture detected" in pick(statement, DocumentKind.STRUCTURED_REPORT)[0].content
    assert (report.CompletionFlag, report.VerificationFlag) == ("COMPLETE", "UNVERIFIED")


def test_a_version_after_one_that_was_never_answered_is_no_correction() -> None:
    context = replace(make_context(2), superseded=None)
    statement = state(context, find(read_image(FIRST)), make_evidence(FIRST))
    assert open_message(statement)["OBR"][0][25] == "P"
    report = open_document(statement, DocumentKind.STRUCTURED_REPORT)
    assert ("V2" in report.SeriesDescription, "REPLACES" in report.SeriesDescription) == (True, False)


def test_a_change_of_region_alone_is_a_change() -> None:
    was = replace(read_image(FIRST), region=Labelled("shoulder", 0.9))
    assert len(correct(find(was), (FIRST, read_image(FIRST))).changes) == 1


def test_a_version_supersedes_an_earlier_one() -> None:
    context = make_context()
    with pytest.raises(ValueError, match="earlier"):
        StudyContext(1, context.composed_at, context.models, superseded=Superseded(1))


def test_a_phrase_model_that_words_the_impression_does_not_take_the_place_of_what_changed() -> None:
    statement = correct(find(read_image(FIRST, ABSENT)), (FIRST, read_image(FIRST)))
    worded = replace(statement, impression=Impression("phrases 1.0.0", text="Overall a fracture is suspected."))
    assert set(statement.corrections) <= set(write_narrative(worded))
    assert len(statement.corrections) == 3


def test_a_tier_that_states_no_places_says_nothing_of_places_before_either() -> None:
    context = replace(make_context(2), superseded=Superseded(1, find(read_image(FIRST))), tier=Tier.CLASSIFICATION)
    statement = state(context, find(read_image(FIRST, boxes=())), make_evidence(FIRST))
    assert statement.changes == ()
    assert "1 place marked" not in text_of(statement)
