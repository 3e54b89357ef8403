"""Every document of a retraction says so, and none has a finding left."""

from dataclasses import replace
from typing import Any

import pytest
from pydicom import Dataset

from config.reporting import Language
from domain.correction import Retraction, RetractionReason, Superseded
from domain.document import OPTIONAL_KINDS, DocumentKind
from domain.finding import FractureState
from reporting import codes, narrative
from reporting.compose import Composition, compose
from reporting.context import Predecessor
from reporting.pdf.cards import make_cards
from reporting.retraction import withdraw
from reporting.statement import StudyStatement, state
from reporting.translation import LANGUAGES, load_translation
from tests.fakes.report_sources import (
    MODEL_SET,
    STUDY_INSTANCE_UID,
    compose_image,
    compose_images,
    make_context,
    make_evidence,
    make_header,
    open_document,
    open_message,
    pick,
    read_image,
)

REPORT = DocumentKind.STRUCTURED_REPORT
DISAGREES = RetractionReason.RADIOLOGIST_DISAGREES
HEADER = make_header()


def arguments(by: str = "", note: str = "", header: Dataset = HEADER, **settings: Any) -> tuple[Any, ...]:
    first = compose_image(header)
    context = replace(
        make_context(2, **settings),
        superseded=Superseded(1),
        retraction=Retraction(DISAGREES, by, note),
        predecessors=tuple(Predecessor.of(first.documents[index]) for index in (0, 1)),
    )
    images = [(header.SOPInstanceUID, header.SOPClassUID)]
    return context, withdraw(STUDY_INSTANCE_UID, images, model_set=MODEL_SET), make_evidence(header)


def draft(**values: Any) -> StudyStatement:
    return state(*arguments(**values))


@pytest.fixture(scope="module")
def retraction() -> Composition:
    return compose(*arguments(by="head of radiology", note="old fracture, healed"))


def items(ds: Dataset) -> list[Dataset]:
    """Return every content item of a report."""
    found = list(ds.get("ContentSequence", ()))
    return found + [deeper for item in found for deeper in items(item)]


def test_the_report_states_that_it_is_a_retraction_and_why(retraction: Composition) -> None:
    said = {
        item.ConceptNameCodeSequence[0].CodeValue: item.ConceptCodeSequence[0].CodeValue
        for item in items(open_document(retraction, REPORT))
        if item.ValueType == "CODE"
    }
    assert said[codes.RESULT_STATUS.value] == codes.RETRACTED.value
    assert said[codes.RETRACTION_REASON.value] == codes.RETRACTION_REASONS[DISAGREES].value
    assert said[codes.FRACTURE.value] == codes.UNDETERMINED.value
    assert codes.PROCESSING_SUMMARY.value not in said


def test_the_report_has_no_certainty_and_no_place(retraction: Composition) -> None:
    names = {
        item.ConceptNameCodeSequence[0].CodeValue
        for item in items(open_document(retraction, REPORT))
        if item.ValueType in ("NUM", "SCOORD")
    }
    assert not names & {codes.CERTAINTY_OF_FINDING.value, "111030"}


def test_the_report_supersedes_and_is_complete_but_verified_by_nobody(retraction: Composition) -> None:
    report = open_document(retraction, REPORT)
    (study,) = report.PredecessorDocumentsSequence
    first = open_document(compose_image(HEADER), REPORT)
    assert study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert (report.CompletionFlag, report.VerificationFlag) == ("COMPLETE", "UNVERIFIED")
    assert "Retracted" in report.CompletionFlagDescription
    assert "RETRACTS V1" in report.SeriesDescription


def test_every_document_says_so_and_none_states_a_fracture(retraction: Composition) -> None:
    for document in retraction.documents:
        assert b"retract" in document.content.lower(), document.kind
        for words in (b"Suspected fracture", b"fracture probability", b"No fracture detected"):
            assert words not in document.content, document.kind


def test_the_message_cannot_be_taken_for_a_result(retraction: Composition) -> None:
    message = open_message(retraction)
    assert message["OBR"][0][25] == "X"
    assert {row[11] for row in message["OBX"]} == {"X"}
    assert not [row for row in message["OBX"] if row[2] == "NM"]
    said = {row[3].split("^")[0]: row[5].split("^")[0] for row in message["OBX"] if not row[4]}
    assert said[codes.RESULT_STATUS.value] == codes.RETRACTED.value
    assert said[codes.RETRACTION_REASON.value] == codes.RETRACTION_REASONS[DISAGREES].value
    assert codes.PROCESSING_SUMMARY.value not in said
    assert any("RETRACTED" in row[5] and "head of radiology" in row[5] for row in message["OBX"])


def test_it_is_for_the_same_order_under_a_new_number(retraction: Composition) -> None:
    first = open_message(compose_image(HEADER))
    message = open_message(retraction)
    assert message["OBR"][0][3] == first["OBR"][0][3]
    assert message["MSH"][0][10] != first["MSH"][0][10]


def test_no_presentation_state_is_left(retraction: Composition) -> None:
    assert pick(retraction, DocumentKind.PRESENTATION_STATE) == []


def test_a_note_in_another_script_is_in_the_message_and_the_report_says_where_it_is() -> None:
    statement = draft(note="قديم", by="Müller")
    texts = [row[5] for row in open_message(statement)["OBX"]]
    assert any("قديم" in text and "Müller" in text for text in texts)
    report = pick(statement, REPORT)[0].content
    assert "قديم".encode() not in report
    assert b"see the HL7 message" in report


def test_what_a_person_wrote_cannot_break_the_message() -> None:
    message = open_message(draft(note=r"a|b^c&d~e\f {version}"))
    assert len(message["OBR"]) == 1
    assert any(r"a\F\b\S\c\T\d\R\e\E\f {version}" in row[5] for row in message["OBX"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", RetractionReason)
def test_every_language_has_every_reason(language: Language, reason: RetractionReason) -> None:
    context = replace(arguments(by="Dr Roe", note="N.")[0], retraction=Retraction(reason, "Dr Roe", "N."))
    text = " ".join(narrative.tell_retraction(context, load_translation(language)))
    assert load_translation(language).retractions[reason] in text
    assert "Dr Roe" in text


def test_a_retraction_takes_something_back() -> None:
    context = arguments()[0]
    with pytest.raises(ValueError, match="no answer"):
        replace(context, superseded=None)


def test_withdrawn_findings_have_nothing_of_a_fracture() -> None:
    findings = arguments()[1]
    assert findings.fracture is None
    assert [reading.fracture for reading in findings.readings] == [None]
    assert not any(state.value in str(findings) for state in (FractureState.PRESENT, FractureState.ABSENT))


def test_the_encapsulated_pdf_supersedes_and_says_so_in_place_of_any_image() -> None:
    asked = {"optional_documents": tuple(OPTIONAL_KINDS)}
    (first,) = pick(compose_images((HEADER, read_image(HEADER)), **asked), DocumentKind.ENCAPSULATED_PDF)
    context, findings, evidence = arguments(**asked)
    composition = compose(replace(context, predecessors=(Predecessor.of(first),)), findings, evidence)
    (study,) = open_document(composition, DocumentKind.ENCAPSULATED_PDF).PredecessorDocumentsSequence
    assert study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == first.identifier
    assert len(list(make_cards(state(context, findings, evidence), load_translation("en")))) == 2
    assert pick(composition, DocumentKind.KEY_OBJECT_SELECTION) == []
