"""Who words the impression, and that documents say so: a model that is right, else the template."""

from dataclasses import replace

import pytest

from domain.document import DocumentKind
from domain.errors import DeadlineExceeded, ModelError
from domain.finding import SilentMember
from domain.impression import FAILED, NO_PROPOSAL, NO_WORDS, TOO_SLOW, Impression
from reporting import wording
from reporting.compose import compose
from reporting.impression.choice import with_impression, word_impression
from reporting.local_text import comment_study, write_narrative
from tests.fakes.impressions import ScriptedWriter
from tests.fakes.report_sources import (
    draft_images,
    find,
    make_context,
    make_evidence,
    make_header,
    open_document,
    open_message,
    read_image,
)

TRUE = (
    "Overall a fracture is suspected (fracture probability 93%). The image was analysed. Suspected fracture of the "
    "left wrist on image 1 (series 3, instance 1): fracture probability 93%, 1 place marked."
)
FALSE = TRUE.replace("left wrist", "right wrist")
AUTHOR = "Wording of the impression: scripted 1.0.0, every statement checked against the findings."


def header(**changes: object):
    values = {"BodyPartExamined": "WRIST", "Laterality": "L", "SeriesNumber": "3", "InstanceNumber": "1"}
    return make_header(**{**values, **changes})


def draft(**changes: object):
    source = header(**changes)
    return draft_images((source, read_image(source)))


def compose_with(says: str, **changes: object):
    source = header(**changes)
    findings, evidence = find(read_image(source)), make_evidence(source)
    return compose(make_context(), findings, evidence, writer=ScriptedWriter(says))


def test_without_a_model_documents_are_those_they_were() -> None:
    said = draft()
    assert with_impression(said, None) is said
    assert write_narrative(draft()) == draft().lines


def test_a_true_proposal_stands_and_says_who_wrote_it() -> None:
    lines = write_narrative(with_impression(draft(), ScriptedWriter(TRUE)))
    assert lines == (f"{wording.NOT_A_DIAGNOSIS}.", TRUE, wording.REVIEW, AUTHOR)


def test_a_false_proposal_leaves_the_template_whole_and_says_that_it_is_one() -> None:
    said = with_impression(draft(), ScriptedWriter(FALSE))
    assert write_narrative(said) == (*draft().lines, wording.WORDED_BY_TEMPLATE)
    assert said.impression == Impression("scripted 1.0.0", refusal="otherwise:side")


@pytest.mark.parametrize(
    ("says", "refusal"),
    [
        ("", NO_PROPOSAL),
        (DeadlineExceeded("too slow"), TOO_SLOW),
        (ModelError("broken"), FAILED),
        ("A fracture, I think.", "no-sentence"),
    ],
)
def test_a_model_that_has_nothing_true_to_say_costs_no_answer(says: "str | ModelError", refusal: str) -> None:
    said = with_impression(draft(), ScriptedWriter(says))
    assert said.impression is not None
    assert said.impression.refusal == refusal
    assert write_narrative(said)[:-1] == draft().lines


def test_findings_without_words_of_their_own_are_not_shown_to_the_model() -> None:
    writer = ScriptedWriter(TRUE)
    assert word_impression(draft(BodyPartExamined="NO FRACTURE"), writer).refusal == NO_WORDS
    assert writer.asked == []


def test_what_a_model_is_told_names_no_patient() -> None:
    writer = ScriptedWriter(TRUE)
    word_impression(draft(PatientName="Secret^Name", PatientID="ID-4711", PatientBirthDate="19500102"), writer)
    assert [word for word in ("Secret", "4711", "1950") if word in str(writer.asked)] == []


def test_a_model_that_gave_no_answer_is_named_beside_the_proposal() -> None:
    source = header()
    silent = (SilentMember("region-mobilenet", "1.2", "deadline-exceeded"),)
    statement = draft_images((source, replace(read_image(source), silent=silent)))
    said = with_impression(statement, ScriptedWriter(TRUE))
    assert "Image 1 (series 3, instance 1): without region-mobilenet, which gave no answer." in write_narrative(said)


def test_message_and_report_say_the_same_impression() -> None:
    composition = compose_with(TRUE)
    (row,) = [row for row in open_message(composition)["OBX"] if row[3].startswith("19005-8^")]
    assert TRUE in row[5]
    assert AUTHOR in row[5]
    report = open_document(composition, DocumentKind.STRUCTURED_REPORT)
    texts = [str(item.value) for item in report.iterall() if item.keyword == "TextValue"]
    assert any(TRUE in text and AUTHOR in text for text in texts)


def test_the_same_proposal_gives_the_same_bytes_and_the_composition_says_how_it_was_worded() -> None:
    first, second = compose_with(TRUE), compose_with(TRUE)
    assert [each.content for each in first.documents] == [each.content for each in second.documents]
    assert first.impression == Impression("scripted 1.0.0", text=TRUE)


def test_another_language_than_the_models_is_told_by_its_template() -> None:
    source = header()
    french = draft_images((source, read_image(source)), language="fr")
    said = with_impression(french, ScriptedWriter(TRUE))
    assert write_narrative(said) == write_narrative(french)
    assert TRUE not in comment_study(said)
    assert said.impression is None
