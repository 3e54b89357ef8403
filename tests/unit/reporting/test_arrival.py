"""What documents say where images of a study had not arrived when it was read."""

from dataclasses import replace

import pytest

from domain.completeness import CountedBy, ImageCount
from domain.document import DocumentKind
from domain.finding import FractureState
from reporting import codes, wording
from reporting.compose import compose
from reporting.impression.facts import list_facts
from reporting.narrative import tell_study
from reporting.statement import StudyStatement
from reporting.translation import LANGUAGES
from tests.fakes.report_sources import (
    draft_image,
    find,
    make_context,
    make_evidence,
    make_header,
    open_document,
    open_message,
    read_image,
)

MADE, USUAL = ImageCount(CountedBy.MPPS, 1, 2), ImageCount(CountedBy.ORDER, 1, 2)
SENTENCE = "Only 1 of 2 expected images of this study had arrived: what is missing was not analysed."


def draft(shortfall: ImageCount | None = MADE, state: FractureState = FractureState.ABSENT) -> StudyStatement:
    statement = draft_image(make_header(), state)
    return replace(statement, study=replace(statement.study, shortfall=shortfall))


def test_the_narrative_says_it_in_every_language() -> None:
    for language in LANGUAGES:
        assert "1" in tell_study(draft(), language)
        assert len(tell_study(draft(), language)) > len(tell_study(draft(None), language)) + 40


def test_the_report_and_the_message_say_it_and_the_report_is_partial() -> None:
    report = open_document(draft(), DocumentKind.STRUCTURED_REPORT)
    assert (report.CompletionFlag, report.CompletionFlagDescription) == (
        "PARTIAL",
        "only 1 of 2 expected images had arrived",
    )
    message = open_message(draft())
    assert [note[3] for note in message["NTE"]][1] == SENTENCE
    assert any(SENTENCE in row[5] for row in message["OBX"])


@pytest.mark.parametrize(
    ("shortfall", "state", "headline"),
    [
        (MADE, FractureState.DOUBT, wording.ABSENT_WHERE_READ),
        (USUAL, FractureState.ABSENT, wording.STATEMENTS[FractureState.ABSENT]),
        (None, FractureState.ABSENT, wording.STATEMENTS[FractureState.ABSENT]),
    ],
)
def test_absence_is_not_stated_of_a_study_of_which_an_image_is_missing_for_certain(
    shortfall: ImageCount | None, state: FractureState, headline: str
) -> None:
    statement = draft(shortfall)
    assert (statement.state, statement.headline) == (state, headline)
    assert statement.presence == codes.PRESENCE[state]


def test_a_fracture_stays_one_whatever_is_missing() -> None:
    assert draft(MADE, FractureState.PRESENT).state is FractureState.PRESENT


def test_no_phrase_model_words_a_study_of_which_images_are_missing() -> None:
    assert list_facts(draft()) is None
    assert list_facts(draft(None)) is not None


def test_a_later_version_knows_that_the_one_before_lacked_images() -> None:
    header = make_header()
    findings = find(read_image(header, FractureState.ABSENT))
    context = make_context(2)
    assert context.superseded is not None
    superseded = replace(context.superseded, findings=findings)
    context = replace(context, superseded=superseded, earlier_shortfall=MADE)
    documents = compose(context, findings, make_evidence(header)).documents
    (message,) = [each for each in documents if each.kind is DocumentKind.HL7_ORU]
    assert f"Result of that version: {wording.ABSENT_WHERE_READ}." in message.content.decode()
