from pathlib import Path

import pytest
from sqlalchemy import Engine

from dicom_node.ledger.interventions import Interventions
from dicom_node.ledger.ledger import Ledger
from dicom_node.ledger.person_requests import PersonRequests
from dicom_node.ledger.study_files import StudyFiles
from dicom_node.ports import ReadImage
from dicom_node.study_ports import Action, Happening, HappeningKind, PersonRequest, RequestOutcome, Tone
from domain.correction import RetractionReason
from domain.delivery import Attempt, Outcome, Receipt
from domain.errors import DocumentError, LedgerError
from tests.fakes.answered import answer, close
from tests.fakes.arrivals import arrive
from tests.fakes.clock import FakeClock
from tests.fakes.light_reader import make_reading


@pytest.fixture
def timelines(engine: Engine, tmp_path: Path) -> StudyFiles:
    return StudyFiles(engine, tmp_path)


def told(files: StudyFiles) -> tuple[Happening, ...]:
    found = files.file("1.1")
    assert found is not None
    return found.happenings


@pytest.fixture
def requests(engine: Engine, clock: FakeClock, interventions: Interventions) -> PersonRequests:
    return PersonRequests(engine, clock, interventions)


def kinds(timelines: StudyFiles) -> list[HappeningKind]:
    return [each.kind for each in told(timelines)]


def find(timelines: StudyFiles, kind: HappeningKind) -> Happening:
    return next(each for each in told(timelines) if each.kind is kind)


def test_nothing_happened_to_a_study_that_never_came(timelines: StudyFiles) -> None:
    assert timelines.file("1.1") is None


def test_a_study_is_told_from_its_images_to_what_is_planned_next(
    ledger: Ledger, clock: FakeClock, timelines: StudyFiles
) -> None:
    instance = arrive("1", "1", seconds=1)
    ledger.record_instance(instance)
    reading = make_reading(instance.sop_instance_uid, instance.sop_class_uid)
    ledger.keep_reading(instance.sha256, ReadImage(reading))
    answer(ledger, image="2")
    failed = Attempt((Receipt("1.1", Outcome.RETRY, "0xA700"),), "no room there")
    ledger.keep_attempt(ledger.delivery("1.1", 1, "pacs"), failed, retry_after_seconds=60)
    expected = ["received", "complete", "read", "composed", "attempt_failed", "will_try"]
    assert sorted(kinds(timelines)) == sorted(expected)
    received = find(timelines, HappeningKind.RECEIVED)
    assert (received.facts["images"], received.facts["sender"]) == (2, "MODALITY")
    assert find(timelines, HappeningKind.COMPLETE).facts == {"rule": "quiet_time"}
    assert find(timelines, HappeningKind.READ).facts == {"read": 1, "unread": 0}
    assert find(timelines, HappeningKind.ATTEMPT_FAILED).note == "no room there"
    assert find(timelines, HappeningKind.WILL_TRY).note == ""  # said once


def test_what_has_no_time_comes_last(ledger: Ledger, interventions: Interventions, timelines: StudyFiles) -> None:
    answer(ledger)
    interventions.hold("1.1")
    last = told(timelines)[-1]
    assert (last.kind, last.tone, last.note) == (HappeningKind.DELIVERY_HELD, Tone.TROUBLE, "Held by a person.")


def test_a_version_that_is_held_says_why(ledger: Ledger, timelines: StudyFiles) -> None:
    ledger.record_instance(arrive("1", "1"))
    close(ledger)
    ledger.hold_study("1.1", 1, DocumentError("does not conform"))
    held = find(timelines, HappeningKind.HELD)
    assert (held.facts["code"], held.tone) == (DocumentError.code, Tone.TROUBLE)
    assert "does not conform" in held.note


def test_who_asked_for_what_and_why_is_part_of_the_history(
    ledger: Ledger, requests: PersonRequests, timelines: StudyFiles
) -> None:
    answer(ledger)
    carried = requests.carry_out(PersonRequest("1.1", Action.HOLD, "a.person", "the archive moves"))
    assert (carried.outcome, carried.changed) == (RequestOutcome.DONE, 1)
    asked = find(timelines, HappeningKind.ASKED)
    assert asked.facts == {"action": "hold", "destination": "", "outcome": "done"}
    assert (asked.by, asked.words) == ("a.person", "the archive moves")
    assert "a.person" not in repr(asked)


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        (Action.RETRY, RequestOutcome.DONE),
        (Action.HOLD, RequestOutcome.DONE),
        (Action.RELEASE, RequestOutcome.NOTHING),
        (Action.REREAD, RequestOutcome.DONE),
        (Action.RETRACT, RequestOutcome.DONE),
    ],
)
def test_every_action_of_a_person_is_carried_out(
    action: Action, outcome: RequestOutcome, ledger: Ledger, requests: PersonRequests
) -> None:
    answer(ledger)
    carried = requests.carry_out(PersonRequest("1.1", action, "a.person"), RetractionReason.WRONG_SIDE)
    assert carried.outcome is outcome
    (line,) = requests.of_study("1.1")
    assert (line.outcome, line.request.action) == (outcome, action)


def test_what_is_refused_is_kept_with_the_reason_in_words(
    ledger: Ledger, requests: PersonRequests, timelines: StudyFiles
) -> None:
    ledger.record_instance(arrive("1", "1"))
    carried = requests.carry_out(PersonRequest("1.1", Action.REREAD, "a.person"))
    assert carried.outcome is RequestOutcome.REFUSED
    asked = find(timelines, HappeningKind.ASKED)
    assert (asked.note, asked.tone) == (carried.refusal, Tone.TROUBLE)


def test_a_retraction_is_told_once(ledger: Ledger, requests: PersonRequests, timelines: StudyFiles) -> None:
    answer(ledger)
    requests.carry_out(PersonRequest("1.1", Action.RETRACT, "a.person", "left hand"), RetractionReason.WRONG_SIDE)
    retracted = find(timelines, HappeningKind.RETRACTED)
    assert (retracted.facts["reason"], retracted.words, retracted.by) == ("wrong-side", "left hand", "a.person")
    assert HappeningKind.ASKED not in kinds(timelines)


def test_nothing_is_recorded_of_a_study_that_is_not_there(requests: PersonRequests) -> None:
    with pytest.raises(LedgerError, match="no such study"):
        requests.carry_out(PersonRequest("1.1", Action.HOLD, "a.person"))
    assert requests.of_study("1.1") == ()


@pytest.mark.parametrize("reason", ["two\nlines", "x" * 501])
def test_a_reason_is_one_line_and_an_error_does_not_repeat_it(reason: str) -> None:
    with pytest.raises(ValueError, match="reason is one line") as error:
        PersonRequest("1.1", Action.HOLD, "a.person", reason)
    assert reason not in str(error.value)
