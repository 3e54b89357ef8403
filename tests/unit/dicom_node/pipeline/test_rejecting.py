"""Corrections, retractions and rejection notes, from the ledger to what each destination is offered."""

from dataclasses import replace
from io import BytesIO

import pytest
from pydicom import Dataset, dcmread

from dicom_node.ledger.interventions import Interventions
from dicom_node.pipeline import rejecting
from domain.correction import Retraction, RetractionReason
from domain.delivery import DeliveryState, Outcome, rejection
from domain.document import DocumentKind
from domain.study import StudyState
from tests.fakes.destination import FakeDestination
from tests.unit.dicom_node.pipeline.workbench import Workbench

QUALITY, SAFETY = "113001", "113037"


def want_notes(bench: Workbench, title: str) -> None:
    """Let the archive get rejection notes with this title."""
    pacs, ris = bench.parts.settings.destination
    destinations = (pacs.model_copy(update={"rejection_notes": title}), ris)
    bench.parts = replace(bench.parts, settings=bench.parts.settings.model_copy(update={"destination": destinations}))


def answer(bench: Workbench, image: str) -> None:
    bench.arrive("1", image)
    bench.complete()
    bench.deliver()


def retract(bench: Workbench, reason: RetractionReason = RetractionReason.RADIOLOGIST_DISAGREES) -> None:
    Interventions(bench.engine, bench.clock, bench.starts).retract("1.1", Retraction(reason))
    bench.answer()
    bench.deliver()


def notes(bench: Workbench) -> list[Dataset]:
    """Return the rejection notes that the archive was offered."""
    offered = [document for documents in bench.pacs.attempts for document in documents]
    return [dcmread(BytesIO(each.content)) for each in offered if each.kind is DocumentKind.REJECTION_NOTE]


def named(note: Dataset) -> list[str]:
    (study,) = note.CurrentRequestedProcedureEvidenceSequence
    return [item.ReferencedSOPInstanceUID for series in study.ReferencedSeriesSequence for item in series[0x00081199]]


def test_a_correction_knows_what_the_version_before_said(bench: Workbench) -> None:
    answer(bench, "1")
    answer(bench, "2")
    first, second = (context for context, _, _ in bench.composer.asked)
    assert first.superseded is None
    assert second.superseded is not None
    assert (second.superseded.version, second.superseded.findings) == (1, bench.composer.asked[0][1])


def test_no_note_is_sent_where_nobody_asked_for_one(bench: Workbench) -> None:
    answer(bench, "1")
    answer(bench, "2")
    bench.deliver()
    assert notes(bench) == []


@pytest.mark.parametrize(("wanted", "title"), [("quality", QUALITY), ("patient-safety", SAFETY)])
def test_a_correction_is_followed_by_a_note_that_names_what_the_archive_has(
    bench: Workbench, wanted: str, title: str
) -> None:
    want_notes(bench, wanted)
    answer(bench, "1")
    answer(bench, "2")
    assert notes(bench) == []  # the new objects are there first
    bench.deliver()
    (note,) = notes(bench)
    (report,) = (each for each in bench.ledger.documents("1.1", 1) if each.kind is DocumentKind.STRUCTURED_REPORT)
    assert named(note) == [report.identifier]
    assert note.ConceptNameCodeSequence[0].CodeValue == title
    assert bench.history("1").deliveries[-1].state is DeliveryState.DELIVERED


def test_a_note_names_nothing_that_never_arrived(bench: Workbench) -> None:
    want_notes(bench, "quality")
    bench.expect(pacs=[Outcome.REFUSED])
    answer(bench, "1")
    answer(bench, "2")
    bench.deliver()
    assert notes(bench) == []


def test_a_note_that_is_sent_again_is_the_same_object(bench: Workbench) -> None:
    want_notes(bench, "quality")
    answer(bench, "1")
    answer(bench, "2")
    bench.connect(FakeDestination("pacs", [Outcome.RETRY]))
    bench.deliver()
    bench.clock.advance(100)
    bench.deliver()
    first, second = notes(bench)
    assert first == second
    assert [each.kind for each in bench.history("1").documents].count(DocumentKind.REJECTION_NOTE) == 1


@pytest.mark.parametrize(
    ("reason", "title"), [(RetractionReason.RADIOLOGIST_DISAGREES, SAFETY), (RetractionReason.IMAGE_QUALITY, QUALITY)]
)
def test_the_reason_of_a_retraction_chooses_the_title(bench: Workbench, reason: RetractionReason, title: str) -> None:
    want_notes(bench, "quality")
    answer(bench, "1")
    retract(bench, reason)
    bench.deliver()
    (note,) = notes(bench)
    assert note.ConceptNameCodeSequence[0].CodeValue == title


def test_a_retraction_is_answered_without_reading_and_without_findings(bench: Workbench) -> None:
    answer(bench, "1")
    read = len(bench.reader.read_paths)
    retract(bench)
    context, findings, images = bench.composer.asked[-1]
    assert context.retraction == Retraction(RetractionReason.RADIOLOGIST_DISAGREES)
    assert (findings.fracture, findings.read, images) == (None, (), ("1.1.1.1",))
    assert (len(bench.reader.read_paths), len(bench.ris.attempts)) == (read, 2)
    assert bench.history("1").versions[-1].study.state is StudyState.RETRACTED


def test_a_retraction_reaches_a_destination_that_the_answer_never_reached_in_its_place(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.RETRY] * 2)
    answer(bench, "1")
    Interventions(bench.engine, bench.clock, bench.starts).retract("1.1", Retraction(RetractionReason.WRONG_PATIENT))
    bench.answer()
    bench.deliver()
    bench.deliver()
    bench.deliver()
    assert [each.version for documents in bench.pacs.attempts for each in documents] == [1, 2, 2]


def test_a_study_is_read_again_with_other_models_as_a_correction(bench: Workbench) -> None:
    answer(bench, "1")
    bench.reader.failure_code = "model-failed"
    Interventions(bench.engine, bench.clock, bench.starts).reread("1.1")
    assert bench.answer() == ["answered"]
    context, _, _ = bench.composer.asked[-1]
    assert (context.version, context.replaces, context.retraction) == (2, 1, None)


def test_a_note_of_a_destination_is_held_and_released_with_it(bench: Workbench) -> None:
    want_notes(bench, "quality")
    answer(bench, "1")
    answer(bench, "2")
    person = Interventions(bench.engine, bench.clock, bench.starts)
    assert person.hold("1.1", "pacs") == 1
    bench.deliver()
    assert notes(bench) == []
    assert person.release("1.1", "pacs") == 1
    bench.deliver()
    assert [each.destination for each in bench.history("1").deliveries][-2:] == [rejection("pacs"), "ris"]
    assert len(notes(bench)) == 1


def test_a_retraction_that_ran_twice_is_one_retraction(bench: Workbench) -> None:
    answer(bench, "1")
    Interventions(bench.engine, bench.clock, bench.starts).retract("1.1", Retraction(RetractionReason.OTHER))
    bench.starts.answers *= 2
    assert bench.answer() == ["answered", "answered"]
    bench.deliver()
    assert [len(each.attempts) for each in (bench.pacs, bench.ris)] == [2, 2]


def test_a_note_whose_delivery_is_done_again_after_a_crash_is_sent_once(bench: Workbench) -> None:
    want_notes(bench, "quality")
    answer(bench, "1")
    answer(bench, "2")
    bench.starts.deliveries *= 2
    bench.deliver()
    assert len(notes(bench)) == 1


def test_a_crash_between_the_note_and_its_delivery_leaves_one_note(bench: Workbench) -> None:
    want_notes(bench, "quality")
    answer(bench, "1")
    answer(bench, "2")
    delivery = bench.ledger.delivery("1.1", 2, rejection("pacs"))
    (kept,) = rejecting.make_note(bench.parts, delivery)
    bench.clock.advance(100)
    bench.deliver()
    assert notes(bench) == [dcmread(BytesIO(kept.content))]
