import errno
from dataclasses import replace
from typing import Any

import pytest

from dicom_node.ledger.interventions import Interventions
from dicom_node.pipeline import closing
from dicom_node.pipeline.delivering import NOT_CONFIGURED
from domain.delivery import Attempt, DeliveryState, Outcome, Receipt
from domain.document import DocumentKind
from domain.errors import DocumentError, LedgerFull, ModelUnavailable
from domain.finding import ReadingStatus
from domain.impression import Impression
from domain.study import CompletionRule, StudyState
from domain.tier import Tier
from reporting.compose import Composition
from reporting.context import Predecessor
from tests.fakes.destination import FakeDestination
from tests.fakes.hospital import make_settings
from tests.unit.dicom_node.pipeline.workbench import Workbench


class FaultyDestination(FakeDestination):
    def deliver(self, documents: object) -> Attempt:
        raise TypeError("a bug")


def test_a_study_goes_from_its_images_to_every_destination(bench: Workbench) -> None:
    for image in "12":
        bench.arrive("1", image)
    assert bench.read() == ["read", "read"]
    assert bench.complete() == ["answered"]
    bench.deliver()
    assert [document.kind for document in bench.pacs.attempts[0]] == [DocumentKind.STRUCTURED_REPORT]
    assert [document.kind for document in bench.ris.attempts[0]] == [DocumentKind.HL7_ORU]
    assert {each.state for each in bench.history("1").deliveries} == {DeliveryState.DELIVERED}
    assert bench.history("1").versions[0].study.closed_by is CompletionRule.QUIET_TIME


def test_a_study_is_read_once_although_its_images_arrive_twice(bench: Workbench) -> None:
    bench.arrive("1", "1")
    bench.arrive("1", "1")
    bench.read()
    bench.complete()
    assert len(bench.reader.read_paths) == 1


def test_images_that_were_not_read_on_arrival_are_read_for_the_answer(bench: Workbench) -> None:
    bench.arrive("1", "1")
    assert bench.complete() == ["answered"]
    (_, findings, _) = bench.composer.asked[0]
    assert [each.status for each in findings.readings] == [ReadingStatus.READ]


def test_two_patients_whose_images_come_in_turns_never_mix(bench: Workbench) -> None:
    for image in ("1", "2"):
        for study in ("1", "2"):
            bench.arrive(study, image)
    bench.read()
    bench.complete()
    for _context, findings, images in bench.composer.asked:
        study = findings.study_instance_uid
        assert images == (f"{study}.1.1", f"{study}.1.2")
        assert tuple(each.sop_instance_uid for each in findings.readings) == images


def test_a_study_of_several_senders_is_answered_at_the_lowest_of_their_tiers(bench: Workbench) -> None:
    bench.arrive("1", "1", tier=Tier.FULL)
    bench.arrive("1", "2", tier=Tier.CLASSIFICATION)
    bench.arrive("1", "3", tier=Tier.TYPES)
    bench.arrive("2", "1")
    bench.read()
    bench.complete()
    assert {context.tier for context, findings, _ in bench.composer.asked if findings.study_instance_uid == "1.1"} == {
        Tier.CLASSIFICATION
    }
    assert {context.tier for context, findings, _ in bench.composer.asked if findings.study_instance_uid == "1.2"} == {
        Tier.FULL
    }


def test_an_answer_that_is_composed_again_keeps_its_tier_whatever_is_agreed_since(bench: Workbench) -> None:
    bench.composer.failures = [LedgerFull("no room")]
    bench.arrive("1", "1", tier=Tier.TYPES)
    bench.read()
    assert bench.complete() == ["postponed"]
    senders = [{"ae_title": "MODALITY", "tier": "full"}]
    settings = make_settings(bench.folder, pacs=104, ris=2575, quiet_seconds=10)
    changed = settings.model_validate(settings.model_dump() | {"sender": senders})
    bench.parts = replace(bench.parts, settings=changed)
    assert bench.answer() == ["answered"]
    assert [context.tier for context, _, _ in bench.composer.asked] == [Tier.TYPES, Tier.TYPES]


@pytest.mark.parametrize("code", ["reader-crashed", "deadline-exceeded"])
def test_a_study_whose_reader_crashes_or_hangs_is_answered_all_the_same(bench: Workbench, code: str) -> None:
    bench.reader.failure_code = code
    bench.arrive("1", "1")
    bench.read()
    assert bench.complete() == ["answered"]
    (_, findings, _) = bench.composer.asked[0]
    assert findings.unread[0].reason is not None
    assert findings.unread[0].reason.code == code


def test_a_reader_that_breaks_its_promise_and_raises_costs_one_image_not_the_study(bench: Workbench) -> None:
    bench.reader.raises = [ZeroDivisionError("a bug")]
    for image in "12":
        bench.arrive("1", image)
    bench.read()
    bench.complete()
    (_, findings, _) = bench.composer.asked[0]
    assert [each.status for each in findings.readings] == [ReadingStatus.FAILED, ReadingStatus.READ]


def test_a_reading_of_another_image_never_stands_in_the_answer(bench: Workbench) -> None:
    bench.reader.mistaken_for = bench.arrive("2", "7").path
    mine = bench.arrive("1", "1")
    bench.read()
    kept = bench.ledger.reading(mine.sha256, bench.reader.model_set)
    assert kept is not None
    assert kept.reading.status is ReadingStatus.FAILED


def test_readers_that_cannot_start_delay_a_study_and_then_it_is_answered_without_them(bench: Workbench) -> None:
    bench.reader.raises = [ModelUnavailable("no process") for _ in range(20)]
    bench.arrive("1", "1")
    assert bench.read() == ["later"]
    ended = bench.complete()
    while ended[-1] == "postponed":
        ended += bench.answer()
    assert ended == ["postponed"] * 4 + ["answered"]
    assert bench.history("1").arrivals[0].reason_code == "reader-unavailable"


def test_a_document_that_would_leave_non_conformant_holds_the_study_where_a_person_sees_it(bench: Workbench) -> None:
    bench.composer.failures = [DocumentError("no code for the region", subject="1.1")]
    bench.arrive("1", "1")
    assert bench.complete() == ["held"]
    (version,) = bench.history("1").versions
    assert (version.study.state, version.held_code) == (StudyState.HELD, "DOCUMENT")
    assert "no code for the region" in version.held_reason
    assert bench.starts.deliveries == []


def test_the_message_of_a_foreign_error_is_kept_from_the_ledger(bench: Workbench) -> None:
    bench.composer.failures = [ValueError("Doe^Jane is no number")]
    bench.arrive("1", "1")
    assert bench.complete() == ["held"]
    assert "Doe" not in bench.history("1").versions[0].held_reason


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), LedgerFull("full")])
def test_a_full_disk_delays_the_answer_and_loses_nothing(bench: Workbench, error: Exception) -> None:
    bench.composer.failures = [error]
    bench.arrive("1", "1")
    assert bench.complete() == ["postponed"]
    assert bench.starts.answers == [("1.1", 1, 2, 2.0)]
    assert bench.answer() == ["answered"]


def test_an_answer_that_ran_twice_is_one_answer(bench: Workbench) -> None:
    bench.arrive("1", "1")
    bench.clock.advance(10)
    closing.close_due_studies(bench.parts)
    bench.starts.answers *= 2
    assert bench.answer() == ["answered", "answered"]
    assert len(bench.starts.deliveries) == 2
    assert len(bench.history("1").documents) == 2


def test_a_late_image_gives_a_second_version_that_names_its_predecessor(bench: Workbench) -> None:
    bench.arrive("1", "1")
    bench.complete()
    bench.arrive("1", "2")
    bench.complete()
    (first, second) = (context for context, _, _ in bench.composer.asked)
    assert (first.version, first.predecessors) == (1, ())
    assert (second.version, second.predecessors) == (
        2,
        (Predecessor("1.2.840.10008.5.1.4.1.1.88.34", "1.1.1.0", "1.9.1"),),
    )
    assert bench.composer.asked[1][2] == ("1.1.1.1", "1.1.1.2")


def test_a_destination_that_is_down_and_comes_back_gets_the_same_documents(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.RETRY, Outcome.RETRY])
    bench.arrive("1", "1")
    bench.complete()
    assert [bench.deliver(), bench.deliver(), bench.deliver()] == [[0.0, 0.0], [0.2], [0.4]]
    assert bench.pacs.attempts[0] == bench.pacs.attempts[2]
    assert len(bench.ris.attempts) == 1
    assert {each.state for each in bench.history("1").deliveries} == {DeliveryState.DELIVERED}


def test_a_destination_that_refuses_holds_its_own_delivery_only(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.REFUSED])
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    states = {each.destination: each.state for each in bench.history("1").deliveries}
    assert states == {"pacs": DeliveryState.HELD, "ris": DeliveryState.DELIVERED}


def test_attempts_end_at_the_configured_number(bench: Workbench) -> None:
    bench.expect(pacs=[Outcome.RETRY] * 200)
    settings = make_settings(bench.folder, pacs=104, breaker={"failures": 0})
    bench.parts = replace(bench.parts, settings=settings)
    bench.arrive("1", "1")
    bench.complete()
    for _ in range(150):
        bench.deliver()
    assert len(bench.pacs.attempts) == 100
    assert bench.history("1").deliveries[0].state is DeliveryState.HELD


def test_a_message_names_its_receiver_and_is_the_same_at_every_attempt(bench: Workbench) -> None:
    bench.ris = FakeDestination("ris", [Outcome.RETRY])
    bench.connect(bench.pacs)
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    bench.deliver()
    first, second = (message.content for (message,) in bench.ris.attempts)
    receiver = bench.parts.settings.destination[1]
    assert first.decode().split("|")[4:6] == [receiver.receiving_application, receiver.receiving_facility]
    assert first == second


def test_a_message_whose_characters_a_receiver_does_not_read_is_held_with_what_to_do(bench: Workbench) -> None:
    settings = bench.parts.settings
    pacs, ris = settings.destination
    latin = ris.model_copy(update={"character_set": "8859/1"})
    bench.parts = replace(bench.parts, settings=settings.model_copy(update={"destination": (pacs, latin)}))
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    assert bench.ris.attempts == []
    held = {each.destination: each for each in bench.history("1").deliveries}["ris"]
    assert held.state is DeliveryState.HELD
    assert held.explanation.startswith(
        "Not sent: the message has characters that 8859/1 cannot carry: set character_set"
    )
    bench.parts = replace(bench.parts, settings=settings)
    Interventions(bench.engine, bench.clock, bench.starts).retry_delivery("1.1", "ris")
    bench.deliver()
    assert "山田" in bench.ris.attempts[0][0].content.decode()


def test_a_destination_is_sent_what_its_profile_shows_and_no_delivery_where_that_is_nothing(bench: Workbench) -> None:
    settings = bench.parts.settings
    pacs, ris = settings.destination
    for profile, receivers in (("ohif", {"pacs", "ris"}), ("captures-only", {"ris"})):
        viewer = pacs.model_copy(update={"profile": profile})
        bench.parts = replace(bench.parts, settings=settings.model_copy(update={"destination": (viewer, ris)}))
        study = str(len(bench.composer.asked) + 1)
        bench.arrive(study, "1")
        bench.complete()
        assert {each.destination for each in bench.history(study).deliveries} == receivers


def test_an_attempt_whose_plan_is_void_sends_nothing(bench: Workbench) -> None:
    bench.arrive("1", "1")
    bench.complete()
    planned = bench.starts.deliveries[0][0]
    Interventions(bench.engine, bench.clock, bench.starts).hold("1.1")
    bench.attempt(planned)
    assert bench.pacs.attempts == []


def test_only_what_is_not_there_yet_is_sent_again(bench: Workbench) -> None:
    bench.arrive("1", "1")
    bench.complete()
    planned = bench.starts.deliveries[0][0]
    (report,) = (each for each in bench.ledger.documents("1.1", 1) if each.kind is DocumentKind.STRUCTURED_REPORT)
    there = Attempt((Receipt(report.identifier, Outcome.DELIVERED, "ok"), Receipt("1.9", Outcome.RETRY, "busy")))
    bench.ledger.keep_attempt(planned, there, retry_after_seconds=1.0)
    bench.deliver()
    assert bench.pacs.attempts == []


def test_a_destination_that_left_the_configuration_is_held_and_says_so(bench: Workbench) -> None:
    bench.arrive("1", "1")
    bench.complete()
    only_ris = bench.parts.settings.destination[1:]
    bench.parts = replace(bench.parts, settings=bench.parts.settings.model_copy(update={"destination": only_ris}))
    bench.deliver()
    (pacs, _ris) = bench.history("1").deliveries
    assert (pacs.state, pacs.explanation) == (DeliveryState.HELD, NOT_CONFIGURED)


def test_a_fault_of_our_own_in_a_destination_holds_the_delivery(bench: Workbench) -> None:
    bench.connect(FaultyDestination("pacs"))
    bench.arrive("1", "1")
    bench.complete()
    bench.deliver()
    (pacs, ris) = bench.history("1").deliveries
    assert (pacs.state, ris.state) == (DeliveryState.HELD, DeliveryState.DELIVERED)
    assert "fault of this software" in pacs.explanation


@pytest.mark.parametrize("strange", [{"study_instance_uid": "1.2"}, {"version": 2}])
def test_a_document_of_another_study_or_version_is_neither_kept_nor_sent(
    bench: Workbench, strange: dict[str, Any]
) -> None:
    def mix(*asked: Any) -> Composition:
        first, *others = bench.composer(*asked).documents
        return Composition((replace(first, **strange), *others))

    bench.parts = replace(bench.parts, compose=mix)
    bench.arrive("1", "1")
    assert bench.complete() == ["held"]
    assert "another study or version" in bench.history("1").versions[0].held_reason
    assert bench.ledger.documents("1.1", 1) == ()
    assert bench.starts.deliveries == []


@pytest.mark.parametrize(
    ("impression", "logged"),
    [
        (Impression("phrases 1.0.0", text="A secret."), "impression by phrases 1.0.0"),
        (Impression("phrases 1.0.0", refusal="otherwise:side"), "template for phrases 1.0.0: otherwise:side"),
    ],
)
def test_who_worded_the_impression_is_logged_and_kept_without_its_words(
    bench: Workbench, caplog: pytest.LogCaptureFixture, impression: Impression, logged: str
) -> None:
    caplog.set_level("INFO")
    bench.parts = replace(bench.parts, compose=lambda *asked: replace(bench.composer(*asked), impression=impression))
    bench.arrive("1", "1")
    bench.complete()
    assert logged in caplog.text
    assert "secret" not in caplog.text
    assert [line.refusal for line in bench.history("1").impressions] == [impression.refusal]


def test_a_ledger_that_mixed_two_studies_sends_nothing(bench: Workbench) -> None:
    bench.arrive("1", "1")
    bench.complete()
    kept = bench.ledger.documents("1.1", 1)
    mixed = (*kept[1:], replace(kept[0], study_instance_uid="1.2"))
    bench.ledger.documents = lambda *_: mixed  # type: ignore[method-assign]
    bench.deliver()
    assert (bench.pacs.attempts, bench.ris.attempts) == ([], [])
    assert {each.state for each in bench.history("1").deliveries} == {DeliveryState.HELD}
